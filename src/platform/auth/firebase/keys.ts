import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import type { Context } from "../../../context.ts";
import { callFirebase, failed } from "./call.ts";

/** Google rotates its keys daily and names the next one hours before it signs. */
const LONGEST_AGE_MS = 3_600_000;
/** Tokens with invented key ids must not make the keys be read again and again. */
const LEAST_AGE_MS = 30_000;

const keysSchema = z.object({ keys: z.array(z.looseObject({ kty: z.literal("RSA"), kid: z.string() })).min(1) });

interface KnownKeys {
  find: JWTVerifyGetKey;
  read_at: number;
}

/** The keys by their address; per isolate. */
const known = new Map<string, KnownKeys>();

/** Finds the key of a token by its `kid`; a new one is looked for at most twice a minute. Throws `FIREBASE_ERROR`. */
export function keyFinder(ctx: Context, url: string): JWTVerifyGetKey {
  return async (header, token) => {
    const keys = await readKeys(ctx, url, LONGEST_AGE_MS);
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const renewed = await readKeys(ctx, url, LEAST_AGE_MS);
      return renewed.find(header, token);
    }
  };
}

/** The keys, asked for when those at hand are older than `age_ms`. Throws `FIREBASE_ERROR`. */
export async function readKeys(ctx: Context, url: string, age_ms: number): Promise<KnownKeys> {
  const remembered = known.get(url);
  if (remembered && ctx.now() - remembered.read_at < age_ms) return remembered;
  const { body, refusal } = await callFirebase(ctx, { operation: "keys", url, schema: keysSchema });
  if (!body) throw failed(ctx, "keys", { refusal });
  const keys = { find: createLocalJWKSet(body), read_at: ctx.now() };
  known.set(url, keys);
  return keys;
}
