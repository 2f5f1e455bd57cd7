import { CloudRefusal, cloudFailed, retryAfter, slowDown } from "../errors.ts";
import { asItem, type Item, text } from "../json.ts";
import type { JsonAnswer } from "../json-answer.ts";

const THROTTLED = /throttl|TooManyRequests|ServerBusy/i;
/** A token that was good when it was sent; the next try gets a new one. */
const TOKEN_EXPIRED = "ExpiredAuthenticationToken";

/** The word by which Azure Resource Manager says what is wrong; App Service answers `{ Code, Message }` instead. */
const codeOf = (body: Item | null): string | null => text(asItem(body?.["error"])["code"]) ?? text(body?.["Code"]);

/** What to throw for an answer of Azure Resource Manager that is not 2xx: its body is `{ error: { code, message } }`. */
export function failureOf(name: string, { status, headers, body }: JsonAnswer): Error {
  const code = codeOf(body);
  if (status === 429 || (code !== null && THROTTLED.test(code))) return slowDown(name, retryAfter(headers));
  if (status >= 500 || status === 408 || code === TOKEN_EXPIRED) return cloudFailed(name, status);
  const message = text(asItem(body?.["error"])["message"]) ?? text(body?.["Message"]) ?? "";
  return new CloudRefusal(name, status, code ?? `HTTP ${status}`, message);
}

/** What to throw for an answer of the token endpoint that brings no token: its body is `{ error, error_description }`. */
export function tokenFailureOf(name: string, { status, headers, body }: JsonAnswer): Error {
  const code = text(body?.["error"]) ?? `HTTP ${status}`;
  if (status === 429) return slowDown(name, retryAfter(headers));
  if (status >= 500 || status === 408 || code === "temporarily_unavailable") return cloudFailed(name, status);
  // Only the number of the reason is kept: the sentence may repeat what was sent.
  const [reason = ""] = /AADSTS\d+/.exec(text(body?.["error_description"]) ?? "") ?? [];
  return new CloudRefusal(name, status, code, reason);
}
