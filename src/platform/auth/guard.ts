import type { MiddlewareHandler } from "hono";
import type { Context } from "../../context.ts";
import { forbidden, missingToken } from "../../errors.ts";
import type { Access, AppEnv } from "../http/router.ts";
import { authenticate } from "./authenticate.ts";
import { isAdmin, isOpenDomain, mayAccessDomain, type Principal } from "./principal.ts";

/** Lets a request through to a route when its access rule allows the caller, who is then `ctx.principal`. */
export function guardAccess(access: Access): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (access === "public") return next();
    const { ctx } = c.var;
    ctx.principal = await authenticate(ctx, c.req.raw);
    if (!isAllowed(ctx, access)) throw ctx.principal.kind === "anonymous" ? missingToken() : forbidden();
    await next();
  };
}

function isAllowed(ctx: Context, access: Exclude<Access, "public">): boolean {
  const { principal, config } = ctx;
  if (typeof access === "object") {
    return mayAccessDomain(principal, access.domain, access.action, config.ANONYMOUS_ACCESS);
  }
  switch (access) {
    case "account":
    case "member":
      return principal.kind === "user";
    case "admin":
      return isAdmin(principal);
    case "metrics":
      return config.ENVIRONMENT === "local" || mayReadMetrics(principal);
    case "caller":
      return principal.kind !== "anonymous" || config.ANONYMOUS_ACCESS.some(isOpenDomain);
  }
}

function mayReadMetrics(principal: Principal): boolean {
  return isAdmin(principal) || (principal.kind === "token" && principal.scope.includes("metrics"));
}
