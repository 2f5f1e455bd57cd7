import { createHash } from "node:crypto";
import type { Context } from "../../context.ts";
import { byteOwner, guardBytes, type QuotaContext } from "../quotas/byte-quota.ts";
import { quotaRefusal } from "../quotas/quotas.ts";
import { claimPending, describePending, recordPending, removeClaimed } from "./objects.store.ts";
import type { StoredObject } from "./objects.ts";

/** The least that R2 takes as a part that is not the last: two of ours and its own copy of one are in memory at once. */
const PART_BYTES = 5 * 1_048_576;
const FIRST_BUFFER_BYTES = 1_048_576;
/** Longest piece that may be written between two calls of `ready`. */
const LONGEST_WRITE_BYTES = 2 * 1_048_576;

export type StorageContext = QuotaContext & Pick<Context, "lake" | "now">;

export interface NewStream {
  /** Never used before: what is written can then not replace anything. */
  key: string;
  content_type: string;
  /** What wrote it, such as a job's id. */
  origin: string;
  /** Whose bytes they are; the caller's when absent. */
  owner?: string | null;
}

/** Bytes on their way into one object; at most 15 MiB of them are in memory, R2's own copy included. */
export interface ObjectWriter {
  /** To be awaited before each `write`: holds the sender back while R2 is slower. Throws what R2 threw. */
  ready(): Promise<void>;
  /** Takes a copy of at most 2 MiB. */
  write(chunk: Uint8Array): void;
  /** Stores what is left and describes the object, which stays `pending` for 24 h unless a batch with `markLive` names it. Throws 413 past the quota. */
  finish(): Promise<StoredObject>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/**
 * Writes a stream of unknown length: up to 5 MiB by one put, more by an R2 multipart upload whose parts travel while
 * the next one is filled. Its key cannot hold the checksum, as other keys do, because R2 wants a key before the first
 * part and the checksum is known after the last; the caller gives a key that is unique by chance instead.
 */
export function createObjectWriter(
  ctx: StorageContext,
  { key, content_type, origin, owner = byteOwner(ctx) }: NewStream,
): ObjectWriter {
  const hash = createHash("sha256");
  const parts: R2UploadedPart[] = [];
  const httpMetadata = { contentType: content_type };
  let buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  /** The buffer of the part that R2 has taken, to be filled again. */
  let spare: Uint8Array<ArrayBuffer> | null = null;
  let filled = 0;
  let size_bytes = 0;
  let upload: R2MultipartUpload | null = null;
  let sending: Promise<void> = Promise.resolve();

  const record = async (r2_upload_id: string | null) => {
    const now = ctx.now();
    const row = {
      key,
      path: key,
      size_bytes: 0,
      sha256: "",
      content_type,
      origin,
      owner,
      r2_upload_id,
      created_at: now,
    };
    await recordPending(ctx.db, row, now);
  };

  const sendPart = async (bytes: Uint8Array<ArrayBuffer>, number: number) => {
    if (!upload) {
      upload = await ctx.lake.createMultipartUpload(key, { httpMetadata });
      await record(upload.uploadId);
    }
    parts.push(await upload.uploadPart(number, bytes));
    spare = bytes;
  };

  const grow = (needed: number) => {
    const larger = new Uint8Array(Math.min(PART_BYTES, Math.max(needed, buffer.byteLength * 2)));
    larger.set(buffer.subarray(0, filled));
    buffer = larger;
  };

  const sendBuffer = () => {
    const full = buffer;
    const number = Math.ceil(size_bytes / PART_BYTES);
    sending = sending.then(() => sendPart(full, number));
    // Whoever waits next gets the error; until then it is not unhandled.
    sending.catch(() => {});
    buffer = spare ?? new Uint8Array(PART_BYTES);
    spare = null;
    filled = 0;
  };

  return {
    async ready() {
      if (filled + LONGEST_WRITE_BYTES > PART_BYTES) await sending;
    },

    write(chunk) {
      hash.update(chunk);
      for (let taken = 0; taken < chunk.byteLength;) {
        if (filled === PART_BYTES) sendBuffer();
        const wanted = Math.min(chunk.byteLength - taken, PART_BYTES - filled);
        if (filled + wanted > buffer.byteLength) grow(filled + wanted);
        buffer.set(chunk.subarray(taken, taken + wanted), filled);
        taken += wanted;
        filled += wanted;
        size_bytes += wanted;
      }
    },

    async finish() {
      await sending;
      const last = buffer.subarray(0, filled);
      const sha256 = hash.digest("hex");
      if (upload) {
        parts.push(await upload.uploadPart(parts.length + 1, last));
        await upload.complete(parts);
      } else {
        await record(null);
        await ctx.lake.put(key, last, { sha256, httpMetadata });
      }
      await ctx.db
        .batch([describePending(ctx.db, key, { size_bytes, sha256 }), ...guardBytes(ctx, owner)])
        .catch((error: unknown) => {
          throw quotaRefusal(ctx, error);
        });
      return { key, path: key, size_bytes, sha256 };
    },

    async abort() {
      await sending.catch(() => {});
      if (upload) await upload.abort().catch(() => {});
      await discardObject(ctx, key);
    },
  };
}

/** Removes an object that no row names yet; one that a batch has meanwhile made live stays. */
export async function discardObject(ctx: Pick<Context, "db" | "lake" | "now">, key: string): Promise<void> {
  const now = ctx.now();
  const [claimed] = await claimPending(ctx.db, key, now);
  if (!claimed) return;
  await ctx.lake.delete(key);
  await removeClaimed(ctx.db, [key], now);
}
