import { AppError, upstreamFailed } from "../../errors.ts";
import type { ConnectorIo } from "../connector.ts";
import { malformed, regionRefused, slowDown } from "./errors.ts";

const TIMEOUT_MS = 30_000;
/** Some exchanges say with 403 that we ask too often, others that they do not serve our region. */
const TOO_OFTEN = /too (frequent|many)|rate limit/i;

/**
 * The fetch that ccxt gets: reads the whole answer within the time limit and says by our errors what ccxt would hide,
 * above all how long to wait after a 429 or 418.
 */
export function watchFetch({ fetch, now }: ConnectorIo, name: string) {
  return async (url: string, init: RequestInit): Promise<Response> => {
    const { method, headers, body } = init;
    const { response, text } = await read(fetch, url, { method, headers, body }, name);
    const { status } = response;
    if (status === 429 || status === 418 || (status === 403 && TOO_OFTEN.test(text))) {
      throw slowDown(name, retryAfter(response.headers.get("Retry-After"), now()));
    }
    if (status === 403 || status === 451) throw regionRefused(name);
    if (status >= 500) throw upstreamFailed(`${name} answered with status ${status}`, { retry_after: 1 });
    // A page for people, of maintenance perhaps; ccxt would go on with its text as if it were data.
    if (response.ok && !/^\s*[[{]/.test(text)) throw malformed(name);
    const hasBody = text !== "" && status !== 204 && status !== 304;
    return new Response(hasBody ? text : null, { status, statusText: response.statusText, headers: response.headers });
  };
}

async function read(call: typeof fetch, url: string, init: RequestInit, name: string) {
  try {
    const response = await call(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { response, text: await response.text() };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const hasTimedOut = error instanceof DOMException && error.name === "TimeoutError";
    const what = hasTimedOut ? `did not answer within ${TIMEOUT_MS / 1000} s` : "could not be reached";
    throw upstreamFailed(`${name} ${what}`, { retry_after: 1, cause: error });
  }
}

/** Seconds of a `Retry-After` header, which holds seconds or a date (RFC 9110, 10.2.3); null without a usable one. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : null;
}
