import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Context } from "../../context.ts";
import { forbidden } from "../../errors.ts";
import { principalId } from "../auth/principal.ts";
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
    await next();
    const route = routePath(c, -1);
    const duration_ms = ctx.now() - started_at;
    c.header("X-Request-Id", requestId);
    const bookmark = ctx.bookmark();
    if (bookmark) c.header("X-D1-Bookmark", bookmark);
    ctx.metrics.request(route, c.req.method, c.res.status, duration_ms);
    ctx.log.info("request", {
      request_id: requestId,
      method: c.req.method,
      route,
      status: c.res.status,
      duration_ms,
      bytes: Number(c.res.headers.get("Content-Length") ?? 0),
      principal: principalId(c.var.ctx.principal),
    });
  };
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
