import type { Context } from "../../context.ts";
import { upstreamFailed } from "../../errors.ts";
import { checkUserUrl } from "./addresses.ts";
import { type CallContext, callHost, type CallLimits } from "./call.ts";

type UserFetchContext = CallContext & Pick<Context, "config">;

export interface UserFetchLimits extends CallLimits {
  max_bytes: number;
}

const LONGEST_REDIRECT_CHAIN = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
/** All that another origin gets to see: any other header may hold a credential. */
const HEADERS_FOR_ANYONE = [
  "accept",
  "accept-language",
  "content-type",
  "if-none-match",
  "if-modified-since",
  "range",
  "user-agent",
];

/**
 * Fetches a URL that a user gave: public hosts only (and those of `ALLOW_PRIVATE_HOSTS`), on every hop of a redirect.
 * Throws `unprocessable` for a refused URL, `upstreamFailed` for a fault, a timeout, too many redirects or too many
 * bytes (the last also while the body is read), `unavailable` while the host's circuit is open.
 */
export async function fetchUserUrl(
  ctx: UserFetchContext,
  text: string,
  init: RequestInit,
  limits: UserFetchLimits,
): Promise<Response> {
  const options = { ...limits, deadline: AbortSignal.timeout(limits.timeout_ms) };
  let url = checkUserUrl(text, ctx.config.ALLOW_PRIVATE_HOSTS);
  let request = init;
  for (let hops = 0; hops <= LONGEST_REDIRECT_CHAIN; hops++) {
    const response = await callHost(ctx, url, { ...request, redirect: "manual" }, options);
    const location = response.headers.get("Location");
    if (!REDIRECTS.includes(response.status) || location === null) return response;
    await response.body?.cancel();
    const target = URL.parse(location, url.href);
    if (!target) throw upstreamFailed(`${url.host} redirects to something that is not a URL`);
    request = nextRequest(request, response.status, url, target);
    url = checkUserUrl(target.href, ctx.config.ALLOW_PRIVATE_HOSTS);
  }
  throw upstreamFailed(`${url.host} redirects more than ${LONGEST_REDIRECT_CHAIN} times`);
}

/** The request of the next hop, by the rules of the Fetch standard (4.4, HTTP-redirect fetch), but without credentials elsewhere. */
function nextRequest(request: RequestInit, status: number, from: URL, to: URL): RequestInit {
  const method = (request.method ?? "GET").toUpperCase();
  const becomesGet = status === 303 ? method !== "HEAD" : status < 303 && method === "POST";
  const headers = new Headers(request.headers);
  if (from.origin !== to.origin) keepOnly(headers, HEADERS_FOR_ANYONE);
  if (becomesGet) {
    headers.delete("Content-Type");
    return { ...request, method: "GET", body: null, headers };
  }
  if (request.body && from.origin !== to.origin) {
    throw upstreamFailed(`${from.host} redirects a request with a body to another host`);
  }
  if (request.body instanceof ReadableStream) {
    throw upstreamFailed(`${from.host} redirects a request whose body cannot be sent again`);
  }
  return { ...request, headers };
}

function keepOnly(headers: Headers, names: readonly string[]): void {
  for (const name of [...headers.keys()]) if (!names.includes(name)) headers.delete(name);
}
