import { decodeProtectedHeader } from "jose";
import type { Context } from "../../context.ts";
import { forbidden, invalidToken, userBlocked } from "../../errors.ts";
import { verifyToken } from "./access-tokens.ts";
import { findIdTokenUser, isAfter } from "./firebase/people.ts";
import { stay } from "./leaving.ts";
import { anonymous, type Principal } from "./principal.ts";
import { readSessionCookie } from "./session-cookie.ts";
import { readTokenRevoked, readUserStanding } from "./standing.ts";
import type { UserRow } from "./user.store.ts";

const READING_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * Who sends a request, by its bearer token (RFC 6750) or session cookie; anonymous when it has neither.
 * Throws `INVALID_TOKEN`, `TOKEN_EXPIRED`, `USER_BLOCKED`, 403 for a cookie from another site, 503 while there is no
 * safe signing key, and `FIREBASE_ERROR` while Firebase, which issued the token, cannot be asked.
 */
export async function authenticate(ctx: Context, request: Request): Promise<Principal> {
  const header = request.headers.get("Authorization");
  if (header !== null) {
    const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
    if (token === undefined) throw invalidToken();
    return findPrincipal(ctx, token);
  }
  const cookie = readSessionCookie(request);
  if (cookie === null) return anonymous;
  requireSameOrigin(request);
  const principal = await findPrincipal(ctx, cookie);
  if (principal.kind !== "user") throw invalidToken();
  return principal;
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

async function findPrincipal(ctx: Context, token: string): Promise<Principal> {
  if (ctx.config.IDENTITY_PROVIDER === "firebase" && !isSignedByUs(token)) {
    return principalOf(await findReturned(ctx, token));
  }
  const claims = await verifyToken(ctx, token);
  if (claims.kind === "token") {
    if (await readTokenRevoked(ctx, claims.id)) throw invalidToken();
    return { kind: "token", id: claims.id, scope: claims.scope };
  }
  const user = await readUserStanding(ctx, claims.id);
  if (!user) throw invalidToken();
  const principal = principalOf(user);
  // Only Firebase issues tokens for its people: it could not revoke one of ours.
  if (user.token_version !== claims.version || user.provider_id !== null) throw invalidToken();
  return principal;
}

/** Apps sign in at Firebase itself: whoever did so after asking to leave stays, as by a login door of ours. */
async function findReturned(ctx: Context, token: string): Promise<UserRow> {
  const { user, claims } = await findIdTokenUser(ctx, token);
  if (user.blocked_at === null || !isAfter(claims, user.blocked_at)) return user;
  return (await stay(ctx, { user, tokens: null })).user;
}

function principalOf(user: UserRow): Principal {
  if (user.blocked_at !== null) throw userBlocked();
  return { kind: "user", id: user.id, email: user.email, role: user.role, grants: user.grants };
}

/** Our tokens have a shared secret, Firebase's never: each kind is then held to its own algorithm only. */
function isSignedByUs(token: string): boolean {
  try {
    return decodeProtectedHeader(token).alg?.startsWith("HS") ?? false;
  } catch {
    throw invalidToken();
  }
}
