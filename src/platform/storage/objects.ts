import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import { unavailable } from "../../errors.ts";
import { byteOwner, guardBytes, type QuotaContext } from "../quotas/byte-quota.ts";
import { quotaRefusal } from "../quotas/quotas.ts";
import { recordPending } from "./objects.store.ts";

export interface ObjectInput {
  /** The documented path, made of parts that `safeSegment` has passed. */
  path: string;
  bytes: Uint8Array;
  content_type: string;
  /** What wrote it, such as a job's id. */
  origin: string;
  /** Whose bytes they are; the caller's when absent. */
  owner?: string | null;
}

export interface StoredObject {
  /** Name in the lake: the path and the first 16 hex digits of the checksum. */
  key: string;
  path: string;
  size_bytes: number;
  sha256: string;
}

const DIGITS_IN_KEY = 16;

/** Name in the lake of bytes with this checksum. */
export const keyOf = (path: string, sha256: string) => `${path}.${sha256.slice(0, DIGITS_IN_KEY)}`;

/**
 * Writes bytes under their content's key, where they stay for 24 h unless a batch with `markLive` names them; writing
 * the same bytes again writes nothing. Throws a retryable `unavailable` while the sweeper removes that very object, and 413
 * when the caller has stored what one may.
 */
export async function putObject(
  ctx: QuotaContext & Pick<Context, "lake" | "now">,
  input: ObjectInput,
): Promise<StoredObject> {
  const { path, bytes, content_type, origin, owner = byteOwner(ctx) } = input;
  const size_bytes = bytes.byteLength;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const sha256 = Buffer.from(digest).toString("hex");
  const key = keyOf(path, sha256);
  const now = ctx.now();
  const row = { key, path, size_bytes, sha256, content_type, origin, owner, created_at: now };
  const [[recorded]] = await ctx.db
    .batch([recordPending(ctx.db, row, now), ...guardBytes(ctx, owner)])
    .catch((error: unknown) => {
      throw quotaRefusal(ctx, error);
    });
  if (!recorded) throw unavailable(`The stored file ${path} is just being removed`, { retry_after: 5 });
  const stored = await ctx.lake.head(key);
  if (stored?.size !== size_bytes) {
    await ctx.lake.put(key, bytes, { sha256: digest, httpMetadata: { contentType: content_type } });
  }
  return { key, path, size_bytes, sha256 };
}
