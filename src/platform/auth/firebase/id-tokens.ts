import { errors, type JWTPayload, jwtVerify, UnsecuredJWT } from "jose";
import { z } from "zod";
import type { Context } from "../../../context.ts";
import { AppError, invalidToken, tokenExpired } from "../../../errors.ts";
import { keyFinder } from "./keys.ts";
import { firebaseSettings } from "./settings.ts";

/** Google's clock and ours may differ. */
const TOLERANCE_SECONDS = 60;

const claimsSchema = z.object({ sub: z.string().min(1).max(128), iat: z.number(), auth_time: z.number() });

/** What an ID token proves. */
export interface IdTokenClaims {
  /** Firebase's id of the person. */
  provider_id: string;
  /** When the person signed in, in seconds UTC; a refreshed token keeps it. */
  auth_time: number;
}

/**
 * Checks an ID token (https://firebase.google.com/docs/auth/admin/verify-id-tokens): signature, issuer, audience,
 * times. Whether the account still stands is Firebase's business. Throws `INVALID_TOKEN`, `TOKEN_EXPIRED` and, when the
 * keys cannot be read, `FIREBASE_ERROR`.
 */
export async function verifyIdToken(ctx: Context, token: string): Promise<IdTokenClaims> {
  const payload = await verifySignature(ctx, token).catch((error: unknown) => {
    if (error instanceof AppError) throw error;
    throw error instanceof errors.JWTExpired ? tokenExpired() : invalidToken();
  });
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) throw invalidToken();
  const latest = ctx.now() / 1000 + TOLERANCE_SECONDS;
  if (claims.data.iat > latest || claims.data.auth_time > latest) throw invalidToken();
  return { provider_id: claims.data.sub, auth_time: claims.data.auth_time };
}

async function verifySignature(ctx: Context, token: string): Promise<JWTPayload> {
  const { project, keys } = firebaseSettings(ctx);
  const options = {
    issuer: `https://securetoken.google.com/${project}`,
    audience: project,
    requiredClaims: ["exp"],
    currentDate: new Date(ctx.now()),
  };
  // Only the emulator has no keys, and only where the deployment is a local one.
  if (keys === null) return UnsecuredJWT.decode(token, options).payload;
  return (await jwtVerify(token, keyFinder(ctx, keys), { ...options, algorithms: ["RS256"] })).payload;
}
