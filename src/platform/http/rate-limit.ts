import ipaddr from "ipaddr.js";
import type { MiddlewareHandler } from "hono";
import type { Config } from "../../config.ts";
import type { Context } from "../../context.ts";
import { rateLimited } from "../../errors.ts";
import { describeError } from "./log.ts";
import type { AppEnv } from "./router.ts";

export type RateLimitDoor = "login" | "inventory" | "webhooks";

const WINDOW_MS = 60_000;

interface Door {
  limit(config: Config): number;
  /** Whether each path counts for itself, or the door's paths share one allowance. */
  perPath: boolean;
}

const DOORS: Record<RateLimitDoor, Door> = {
  login: { limit: (config) => config.LOGIN_RATE_LIMIT, perPath: true },
  inventory: { limit: (config) => config.INVENTORY_RATE_LIMIT, perPath: false },
  webhooks: { limit: (config) => config.WEBHOOK_RATE_LIMIT, perPath: false },
};

/** Allows a client address so many requests a minute through a door; every answer says what is left. */
export function limitRate(door: RateLimitDoor): MiddlewareHandler<AppEnv> {
  const { limit: limitOf, perPath } = DOORS[door];
  return async (c, next) => {
    const { ctx } = c.var;
    const limit = limitOf(ctx.config);
    if (limit === 0) return next();
    const place = perPath ? `${door}:${c.req.path.replace(/\/+$/, "")}` : door;
    const allowance = await takeAllowance(ctx, `${place}:${clientNetwork(c.req.header("CF-Connecting-IP"))}`, limit);
    if (!allowance) return next();
    const headers = {
      "X-RateLimit-Limit": String(limit),
      "X-RateLimit-Remaining": String(allowance.remaining),
      "X-RateLimit-Reset": String(allowance.reset_seconds),
    };
    if (!allowance.allowed) {
      const refusal = rateLimited(allowance.reset_seconds);
      Object.assign(refusal.headers, headers);
      throw refusal;
    }
    await next();
    // Set afterwards: an answer rendered from an error carries no header set before it.
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  };
}

/** Null when the limiter is out of order: it must not take the doors down with it. */
async function takeAllowance(ctx: Context, key: string, limit: number) {
  try {
    return await ctx.rateLimiter.getByName(key).take(limit, WINDOW_MS);
  } catch (error) {
    ctx.log.error("rate_limiter_failed", describeError(error));
    return null;
  }
}

/** One IPv4 address, or the /64 that a single IPv6 customer owns; `local` where no proxy names the client. */
function clientNetwork(address: string | undefined): string {
  if (!address || !ipaddr.isValid(address)) return "local";
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6) return `${parsed.parts.slice(0, 4).join(":")}::/64`;
  return parsed.toString();
}
