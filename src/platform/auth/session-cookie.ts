import { parse, serialize } from "hono/utils/cookie";
import type { Context } from "../../context.ts";

const NAME = "catchment_session";

/** The access token in the session cookie; null without one. */
export function readSessionCookie(request: Request): string | null {
  return parse(request.headers.get("Cookie") ?? "", NAME)[NAME] ?? null;
}

/** A `Set-Cookie` value that lives as long as the token in it. */
export function writeSessionCookie(ctx: Context, request: Request, token: string): string {
  return serialize(NAME, token, { ...attributes(ctx, request), maxAge: ctx.config.JWT_EXPIRE_SECONDS });
}

/** A `Set-Cookie` value for a request that came by cookie; null for one that came by header. */
export function renewSessionCookie(ctx: Context, request: Request, token: string): string | null {
  if (request.headers.has("Authorization") || readSessionCookie(request) === null) return null;
  return writeSessionCookie(ctx, request, token);
}

/** A `Set-Cookie` value that removes the cookie. */
export function clearSessionCookie(ctx: Context, request: Request): string {
  return serialize(NAME, "", { ...attributes(ctx, request), maxAge: 0 });
}

function attributes(ctx: Context, request: Request) {
  const plainLocal = ctx.config.ENVIRONMENT === "local" && new URL(request.url).protocol === "http:";
  return { path: "/", httpOnly: true, sameSite: "Strict", secure: !plainLocal } as const;
}
