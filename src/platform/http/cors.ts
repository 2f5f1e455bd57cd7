import { cors } from "hono/cors";
import type { MiddlewareHandler } from "hono";
import type { Env } from "../../context.ts";
import type { AppEnv } from "./router.ts";

/** The bank document's paths take these four methods only; its allowlist has no PATCH. */
const BANK_PATHS = /^\/(user|netbank|data)(\/|$)|^\/admin\/cleanup-metrics$/;
const BANK_METHODS = ["GET", "POST", "PUT", "DELETE"];
const ALL_METHODS = [...BANK_METHODS, "PATCH"];

const EXPOSED_HEADERS = [
  "Accept-Ranges",
  "Content-Disposition",
  "Content-Range",
  "ETag",
  "Idempotency-Replayed",
  "Link",
  "Repr-Digest",
  "Retry-After",
  "X-Market",
  "X-Request-Id",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
  "X-Timeframe",
  "X-Total-Count",
];

/** Answers preflights and marks answers for the configured origins; an empty list leaves same origin only. */
export function answerCors(originsOf: (env: Env) => readonly string[]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const origins = originsOf(c.env);
    if (origins.length === 0 || !c.req.header("Origin")) return next();
    const everywhere = origins.includes("*");
    const answer = cors({
      origin: everywhere ? "*" : [...origins],
      allowMethods: BANK_PATHS.test(c.req.path) ? BANK_METHODS : ALL_METHODS,
      exposeHeaders: EXPOSED_HEADERS,
      maxAge: 600,
      credentials: !everywhere,
    });
    return answer(c, next);
  };
}
