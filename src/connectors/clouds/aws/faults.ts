import { cloudFailed, CloudRefusal, retryAfter, slowDown } from "../errors.ts";

/** Codes by which APIs say that they are asked too often, as botocore lists them (`retries/standard.py`). */
const THROTTLING = new Set([
  ...["Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled"],
  ...["TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException"],
  ...["RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown", "EC2ThrottledException"],
  "PriorRequestNotComplete",
]);

/** Codes of 4xx answers after which the same request may succeed (ibid.). */
const TRANSIENT = new Set(["RequestTimeout", "RequestTimeoutException"]);

/** What an answer that is no success means to us; AWS's own code and message were read from its body. */
export function faultOf(
  operation: string,
  { status, headers }: Response,
  { code, message }: { code: string; message: string },
): Error {
  if (status === 429 || THROTTLING.has(code)) return slowDown(operation, retryAfter(headers));
  if (status >= 500 || TRANSIENT.has(code)) return cloudFailed(operation, status);
  // These repeat the request that was signed, session token included.
  const isAboutSignature = /signature/i.test(code) || /x-amz-security-token|Credential=/i.test(message);
  return new CloudRefusal(operation, status, code, isAboutSignature ? "" : message);
}
