import type { Context } from "../../context.ts";
import { upstreamFailed } from "../../errors.ts";
import { requestHeaders, responseHeaders } from "./metabase-headers.ts";

/** Where the app mounts the proxy. */
const METABASE_PREFIX = "/metabase";
/** Until the answer begins; exports stream for as long as they take. */
const TIMEOUT_MS = 60_000;
const BODYLESS = ["GET", "HEAD"];

/**
 * Hands a request on to `METABASE_URL`, the prefix removed, and its answer back, both bodies streamed. What the
 * operator configured may be on a private network. Throws 502 when there is no Metabase or it cannot be reached.
 */
export async function proxyMetabase(ctx: Context, request: Request): Promise<Response> {
  if (ctx.config.METABASE_URL === "") throw upstreamFailed("Metabase is not configured: METABASE_URL is empty");
  const base = new URL(ctx.config.METABASE_URL);
  const target = targetUrl(base, new URL(request.url));
  const { method, headers, body } = request;
  const response = await fetchInTime(ctx, target, {
    method,
    headers: requestHeaders(headers, new URL(request.url)),
    body: BODYLESS.includes(method) ? null : body,
    redirect: "manual",
  });
  return new Response(response.body, {
    status: response.status,
    statusText: response.statusText,
    headers: responseHeaders(response, { base, prefix: METABASE_PREFIX, origin: new URL(request.url).origin }),
  });
}

/** The path is set, not parsed: two slashes at its start must not name another host. */
function targetUrl(base: URL, asked: URL): URL {
  const target = new URL(base);
  target.pathname = `${base.pathname.replace(/\/$/, "")}${asked.pathname.slice(METABASE_PREFIX.length) || "/"}`;
  target.search = asked.search;
  return target;
}

async function fetchInTime(ctx: Context, target: URL, init: RequestInit): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
  try {
    return await ctx.fetch(target, { ...init, signal: timeout.signal });
  } catch (error) {
    ctx.metrics.upstreamError(target.host);
    const reason = timeout.signal.aborted
      ? `did not answer within ${TIMEOUT_MS / 1000} seconds`
      : "could not be reached";
    throw upstreamFailed(`Metabase ${reason}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
