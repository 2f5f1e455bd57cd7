import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./router.ts";
export const rememberAnswer: MiddlewareHandler<AppEnv> = async (_c, next) => next();
