import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import type { Beat } from "./check.ts";
import type { Names } from "./names.ts";
import { findNamed } from "./names.store.ts";
import { findObjects, recordFound } from "./repair.store.ts";

const ORIGIN = "fsck";
const CHECKSUM = /\.[0-9a-f]{16}$/;

/**
 * Makes the row of an object that has none: live where a column names it, else for the sweeper, without a checksum that
 * would have to be read from its bytes. False when the object is gone.
 */
export async function recordObject(ctx: Context, names: Names, key: string, beat: Beat): Promise<boolean> {
  const [known] = await findObjects(ctx.db, [key]);
  if (known) return true;
  const object = await ctx.lake.head(key);
  if (!object) return false;
  const sha256 = await checksumOf(ctx, names, object, beat);
  if (sha256 === null) return false;
  await recordFound(ctx.db, names, {
    key,
    path: key.replace(CHECKSUM, ""),
    size_bytes: object.size,
    sha256,
    content_type: object.httpMetadata?.contentType ?? "application/octet-stream",
    origin: ORIGIN,
    state_since: ctx.now(),
    created_at: object.uploaded.getTime(),
  });
  return true;
}

async function checksumOf(
  ctx: Context,
  names: Names,
  { key, checksums }: R2Object,
  beat: Beat,
): Promise<string | null> {
  if (checksums.sha256) return hex(checksums.sha256);
  const [named] = await findNamed(ctx.db, names, key);
  return named ? digestObject(ctx.lake, key, beat) : "";
}

/** SHA-256 of an object's bytes, 64 hex digits; null when it is gone. */
export async function digestObject(lake: R2Bucket, key: string, beat: Beat): Promise<string | null> {
  const object = await lake.get(key);
  if (!object) return null;
  const digest = new crypto.DigestStream("SHA-256");
  const writer = digest.getWriter();
  for await (const chunk of object.body) {
    await writer.write(chunk);
    await beat();
  }
  await writer.close();
  return hex(await digest.digest);
}

const hex = (bytes: ArrayBuffer) => Buffer.from(bytes).toString("hex");
