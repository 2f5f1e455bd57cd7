import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Context } from "../../context.ts";
import { forbidden } from "../../errors.ts";
import { sealSoon } from "../audit/seal.ts";
import { principalId } from "../auth/principal.ts";
import { measureAnswer, stateJsonLength } from "./answer-length.ts";
import type { AppEnv } from "./router.ts";
import { noteRequest } from "./uptime.ts";

const LOCAL_HOSTS = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Makes the context of a request, gives it an id, and logs and counts it once when it is answered. */
export function observeRequest(makeContext: (c: HonoContext<AppEnv>) => Context): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const ctx = makeContext(c);
    const started_at = ctx.now();
    noteRequest(started_at);
    const requestId = c.req.header("CF-Ray") ?? crypto.randomUUID();
    c.set("ctx", ctx);
    c.set("requestId", requestId);
    stateJsonLength(c);
    await next();
    if (ctx.audit.is_unsealed) ctx.defer(sealSoon(ctx));
    const { method } = c.req;
    const { status } = c.res;
    const route = routePath(c, -1);
    const duration_ms = ctx.now() - started_at;
    ctx.metrics.request(route, method, status, duration_ms);
    const principal = principalId(ctx.principal);
    const answer = measureAnswer(c.res, (length) => {
      const bytes = method === "HEAD" ? 0 : length;
      ctx.log.info("request", { request_id: requestId, method, route, status, duration_ms, bytes, principal });
    });
    if (answer !== c.res) replaceAnswer(c, answer);
    setHeader(c, "X-Request-Id", requestId);
    const bookmark = ctx.bookmark();
    if (bookmark) setHeader(c, "X-D1-Bookmark", bookmark);
  };
}

/** Hono merges the headers of the answer before into one that replaces it, unless there is none. */
function replaceAnswer(c: HonoContext<AppEnv>, answer: Response): void {
  c.res = undefined;
  c.res = answer;
}

/** Hono copies the whole answer to set a header; only that of another Worker or object has to be copied. */
function setHeader(c: HonoContext<AppEnv>, name: string, value: string): void {
  try {
    c.res.headers.set(name, value);
  } catch {
    c.header(name, value);
  }
}

/** A page on another name that resolves to this machine must not reach a developer's data. */
export const refuseForeignHosts: MiddlewareHandler<AppEnv> = async (c, next) => {
  const host = c.req.header("Host") ?? "localhost";
  if (c.var.ctx.config.ENVIRONMENT === "local" && !LOCAL_HOSTS.test(host)) {
    throw forbidden(`Host ${JSON.stringify(host)} is not served`);
  }
  await next();
};

const BOOKMARK = /^[0-9a-f-]{1,256}$/;

/** Where a request's D1 session starts: after what the client last saw or changed, if it says so. */
export function sessionStart(c: HonoContext<AppEnv>): string {
  const bookmark = c.req.header("X-D1-Bookmark");
  if (bookmark && BOOKMARK.test(bookmark)) return bookmark;
  return c.req.method === "GET" ? "first-unconstrained" : "first-primary";
}
