import type { Context } from "../../context.ts";
import { forbidden, invalidToken, userBlocked } from "../../errors.ts";
import { type Claims, verifyToken } from "./access-tokens.ts";
import { anonymous, type Principal } from "./principal.ts";
import { readSessionCookie } from "./session-cookie.ts";
import { readTokenRevoked, readUserStanding } from "./standing.ts";

const READING_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * Who sends a request, by its bearer token (RFC 6750) or session cookie; anonymous when it has neither.
 * Throws `INVALID_TOKEN`, `TOKEN_EXPIRED`, `USER_BLOCKED`, 403 for a cookie from another site, and 503
 * while there is no safe signing key.
 */
export async function authenticate(ctx: Context, request: Request): Promise<Principal> {
  const header = request.headers.get("Authorization");
  if (header !== null) {
    const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
    if (token === undefined) throw invalidToken();
    return findPrincipal(ctx, await verifyToken(ctx, token));
  }
  const cookie = readSessionCookie(request);
  if (cookie === null) return anonymous;
  requireSameOrigin(request);
  const claims = await verifyToken(ctx, cookie);
  if (claims.kind !== "user") throw invalidToken();
  return findPrincipal(ctx, claims);
}

/** Refuses a request that a page of another site makes a browser send; one without `Origin` comes from no page. */
export function refuseOtherOrigins(request: Request): void {
  const origin = request.headers.get("Origin");
  if (origin !== null && origin !== new URL(request.url).origin) throw otherOrigin();
}

/** Our cookie travels with whatever a page makes the browser send: changes and sockets must name our own origin. */
function requireSameOrigin(request: Request): void {
  if (READING_METHODS.includes(request.method) && !request.headers.has("Upgrade")) return;
  if (request.headers.get("Origin") !== new URL(request.url).origin) throw otherOrigin();
}

const otherOrigin = () => forbidden("A session cookie counts for pages of the same origin only", "ORIGIN_MISMATCH");

async function findPrincipal(ctx: Context, claims: Claims): Promise<Principal> {
  if (claims.kind === "token") {
    if (await readTokenRevoked(ctx, claims.id)) throw invalidToken();
    return { kind: "token", id: claims.id, scope: claims.scope };
  }
  const user = await readUserStanding(ctx, claims.id);
  if (!user) throw invalidToken();
  if (user.blocked_at !== null) throw userBlocked();
  if (user.token_version !== claims.version) throw invalidToken();
  return { kind: "user", id: user.id, email: user.email, role: user.role, grants: user.grants };
}
