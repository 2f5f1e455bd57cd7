import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import { unavailable } from "../../errors.ts";
import { recordPending } from "./objects.store.ts";

export interface ObjectInput {
  /** The documented path, made of parts that `safeSegment` has passed. */
  path: string;
  bytes: Uint8Array;
  content_type: string;
  /** What wrote it, such as a job's id. */
  origin: string;
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
 * the same bytes again writes nothing. Throws a retryable `unavailable` while the sweeper removes that very object.
 */
export async function putObject(ctx: Pick<Context, "db" | "lake" | "now">, input: ObjectInput): Promise<StoredObject> {
  const { path, bytes, content_type, origin } = input;
  const size_bytes = bytes.byteLength;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const sha256 = Buffer.from(digest).toString("hex");
  const key = keyOf(path, sha256);
  const now = ctx.now();
  const [recorded] = await recordPending(
    ctx.db,
    { key, path, size_bytes, sha256, content_type, origin, created_at: now },
    now,
  );
  if (!recorded) throw unavailable(`The stored file ${path} is just being removed`, { retry_after: 5 });
  const stored = await ctx.lake.head(key);
  if (stored?.size !== size_bytes) {
    await ctx.lake.put(key, bytes, { sha256: digest, httpMetadata: { contentType: content_type } });
  }
  return { key, path, size_bytes, sha256 };
}
