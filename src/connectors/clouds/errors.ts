import { rateLimited, upstreamFailed } from "../../errors.ts";

const LONGEST_REASON = 300;

/** A cloud refuses one call, and asking again would change nothing: denied, unknown, not switched on, malformed. */
export class CloudRefusal extends Error {
  /** HTTP status. */
  readonly status: number;
  /** The cloud's own word for it, such as `AccessDenied`. */
  readonly code: string;

  constructor(call: string, status: number, code: string, message: string) {
    super(`${call}: ${code}${message ? ` - ${message.slice(0, LONGEST_REASON)}` : ""}`);
    this.name = "CloudRefusal";
    this.status = status;
    this.code = code;
  }
}

/** The cloud asks us to slow down; `seconds` as it said, or 2. */
export const slowDown = (call: string, seconds: number | null) =>
  rateLimited(seconds ?? 2, `${call}: the rate of requests is limited`);

/** The cloud failed; the same call may succeed in a second. */
export const cloudFailed = (call: string, status: number) =>
  upstreamFailed(`${call}: answered ${status}`, { retry_after: 1 });

/** An answer that is not what the API promises. */
export const malformedAnswer = (call: string, cause?: unknown) =>
  upstreamFailed(`${call}: answered with something that is not what it promises`, { retry_after: 1, cause });

/** `Retry-After` in seconds; null when it is missing or a date. */
export function retryAfter(headers: Headers): number | null {
  const seconds = Number(headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
