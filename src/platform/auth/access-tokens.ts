import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { z } from "@hono/zod-openapi";
import type { Context } from "../../context.ts";
import { invalidToken, tokenExpired } from "../../errors.ts";
import { signingKeys } from "./signing-key.ts";

const ALGORITHM = "HS256";
const ISSUER = "catchment";
/** The second name is what clients of the instruments document look for. */
const AUDIENCES = ["catchment", "fastapi-users:auth"];
const DAY_MS = 86_400_000;

const userClaims = z.object({ sub: z.string(), ver: z.number(), aud: z.union([z.string(), z.array(z.string())]) });
const apiClaims = z.object({ api: z.literal("access"), jti: z.string(), scope: z.array(z.string()) });

/** What a valid signature proves; whether the user or the token still stands is the rows' business. */
export type Claims = { kind: "user"; id: string; version: number } | { kind: "token"; id: string; scope: string[] };

/** Signs an access token for a user, valid for `JWT_EXPIRE_SECONDS`. */
export function issueUserToken(ctx: Context, user: { id: string; token_version: number }): Promise<string> {
  const expires_at = ctx.now() + ctx.config.JWT_EXPIRE_SECONDS * 1000;
  return sign(ctx, { sub: user.id, ver: user.token_version, aud: AUDIENCES }, expires_at);
}

/** Signs a static API token; `expires_at` in milliseconds UTC. */
export function issueApiToken(ctx: Context, token: { id: string; scope: string[]; expires_at: number }) {
  return sign(ctx, { api: "access", jti: token.id, scope: token.scope }, token.expires_at);
}

/**
 * Checks signature, issuer, audience and expiry of a token (RFC 7519, HS256 only).
 * Throws `INVALID_TOKEN` or `TOKEN_EXPIRED`, and 503 while there is no safe key.
 */
export async function verifyToken(ctx: Context, token: string): Promise<Claims> {
  const payload = await verifySignature(ctx, token);
  const api = apiClaims.safeParse(payload);
  if (api.success) return { kind: "token", id: api.data.jti, scope: api.data.scope };
  const user = userClaims.safeParse(payload);
  if (!user.success) throw invalidToken();
  const audiences = [user.data.aud].flat();
  if (!AUDIENCES.some((audience) => audiences.includes(audience))) throw invalidToken();
  return { kind: "user", id: user.data.sub, version: user.data.ver };
}

/** Signs and verifies a token of no one, for the health check; throws what users would meet. */
export async function proveSigning(ctx: Context): Promise<void> {
  const id = crypto.randomUUID();
  const claims = await verifyToken(ctx, await issueUserToken(ctx, { id, token_version: 0 }));
  if (claims.id !== id) throw new Error("A token did not come back as it was signed");
}

function sign(ctx: Context, payload: JWTPayload, expires_at: number): Promise<string> {
  return new SignJWT(payload)
    .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
    .setIssuer(ISSUER)
    .setIssuedAt(Math.floor(ctx.now() / 1000))
    .setExpirationTime(Math.floor(expires_at / 1000))
    .sign(signingKeys(ctx.config).current);
}

async function verifySignature(ctx: Context, token: string): Promise<JWTPayload> {
  const { accepted } = signingKeys(ctx.config);
  const options = {
    algorithms: [ALGORITHM],
    issuer: ISSUER,
    requiredClaims: ["exp"],
    currentDate: new Date(ctx.now()),
  };
  for (const key of accepted) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw tokenExpired();
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw invalidToken();
    }
  }
  throw invalidToken();
}

/** Milliseconds UTC, `days` from now. */
export const daysFromNow = (ctx: Context, days: number) => ctx.now() + days * DAY_MS;
