import type { AppError } from "../../../errors.ts";
import { CloudRefusal, cloudFailed, malformedAnswer, retryAfter, slowDown } from "../errors.ts";
import { asItem, type Item, items, text } from "../json.ts";
import type { JsonAnswer } from "../json-answer.ts";

/** Reasons by which Google limits the rate of requests, also with 403 (older APIs) and 400. */
const THROTTLED = new Set([
  "RATE_LIMIT_EXCEEDED",
  "RESOURCE_EXHAUSTED",
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "quotaExceeded",
  "dailyLimitExceeded",
]);

/** What an answer that is not a success says: slow down, failed for now, or refused (google.rpc.Status and older). */
export function failureOf(name: string, { status, headers, body }: JsonAnswer): AppError | CloudRefusal {
  const error = errorOf(asItem(body));
  const reasons = reasonsOf(error);
  if (status === 429 || reasons.some((reason) => THROTTLED.has(reason))) return slowDown(name, retryAfter(headers));
  if (status >= 500 || status === 408) return cloudFailed(name, status);
  if (status < 400) return malformedAnswer(name);
  return new CloudRefusal(name, status, reasons[0] ?? `HTTP ${status}`, text(error["message"]) ?? "");
}

/** APIs answer with an object; the token endpoint with a word and a description beside it (RFC 6749, 5.2). */
const errorOf = ({ error, error_description }: Item): Item =>
  typeof error === "string" ? { status: error, message: error_description } : asItem(error);

/** The most exact reason first. */
function reasonsOf(error: Item): string[] {
  const reasons = [...items(error["details"]), ...items(error["errors"])].map(({ reason }) => text(reason));
  return [...reasons, text(error["status"])].filter((reason) => reason !== null);
}
