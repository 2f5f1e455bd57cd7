import type { MiddlewareHandler } from "hono";
import type { Access, AppEnv } from "../http/router.ts";
export function guardAccess(_access: Access): MiddlewareHandler<AppEnv> {
  return async (_c, next) => next();
}
