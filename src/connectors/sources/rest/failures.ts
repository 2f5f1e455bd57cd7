import { type AppError, rateLimited, upstreamFailed } from "../../../errors.ts";
import { valueAt } from "./select.ts";

const LONGEST_REASON = 300;
/** How long to wait when an API limits the rate without saying how long. */
const DEFAULT_WAIT_SECONDS = 10;

/** Where APIs put the sentence that says what is wrong. */
const REASON_PATHS = [
  "error.message",
  "error_description",
  "message",
  "errors[0].message",
  "errors[0].detail",
  "errorMessages[0]",
  "error.title",
  "error.type",
  "detail",
  "description",
  "[0].message",
  "error",
  "errors",
];

/** A failed answer. */
export interface Refusal {
  /** API, method and path, as messages call the request. */
  name: string;
  status: number;
  headers: Headers;
  body: unknown;
  /** Milliseconds UTC. */
  now: number;
}

/** The error for an answer that is not a success; it has `retry_after` only where asking again can help. */
export function failureOf({ name, status, headers, body, now }: Refusal): AppError {
  const wait = waitSeconds(headers, now);
  const isSpent = status === 403 && (headers.has("Retry-After") || headers.get("X-RateLimit-Remaining") === "0");
  if (status === 429 || isSpent) {
    return rateLimited(wait ?? DEFAULT_WAIT_SECONDS, `${name}: the rate of requests is limited`);
  }
  const reason = reasonIn(body);
  if (status >= 500 || status === 408 || status === 425) {
    return upstreamFailed(`${name}: answered ${status}${reason}`, { retry_after: wait ?? 1 });
  }
  if (status === 401) return upstreamFailed(`${name}: the credentials are refused (401)${reason}`);
  if (status === 403) return upstreamFailed(`${name}: the credentials may not read this (403)${reason}`);
  if (status === 404) return upstreamFailed(`${name}: there is no such endpoint or object (404)${reason}`);
  return upstreamFailed(`${name}: refused with ${status}${reason}`);
}

/** An answer that is cut or not what the API promises. */
export const malformedAnswer = (name: string, cause?: unknown) =>
  upstreamFailed(`${name}: the answer is cut or not JSON`, { retry_after: 1, cause });

/** Seconds until the next try by `Retry-After` (a number or a date) or the common rate limit headers; null when untold. */
function waitSeconds(headers: Headers, now: number): number | null {
  const after = headers.get("Retry-After");
  if (after !== null) {
    const seconds = /^[\d.]+$/.test(after) ? Number(after) : (Date.parse(after) - now) / 1000;
    if (Number.isFinite(seconds)) return Math.max(1, Math.ceil(seconds));
  }
  const reset = Number(headers.get("X-RateLimit-Reset") ?? NaN);
  if (!Number.isFinite(reset)) return null;
  // Some tell the moment, others how long it takes.
  return Math.max(1, Math.ceil(reset > 1e9 ? reset - now / 1000 : reset));
}

function reasonIn(body: unknown): string {
  const found = REASON_PATHS.map((path) => valueAt(body, path)).find((value) => typeof value === "string");
  return typeof found === "string" && found !== "" ? `: ${found.slice(0, LONGEST_REASON)}` : "";
}
