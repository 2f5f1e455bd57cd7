import { Buffer } from "node:buffer";
import { z } from "zod";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { createXxh64 } from "../../formats/xxhash.ts";
import { defineJob, done, resume, type RunningJob } from "../../platform/jobs/define.ts";
import { PART_BYTES } from "./destination.ts";
import type { FileRow, TransferRow } from "./file.store.ts";
import { listUnverified } from "./harvest.store.ts";
import { markRead } from "./scrub.store.ts";
import type { StorageLocationRow } from "./storage-locations.ts";
import { openStored } from "./stored-version.ts";

const FILES_A_LOOK = 32;
const MOST_ERRORS = 100;

const scrubParams = z.object({
  /** Ms: files that were read back later are left alone. */
  verified_before: z.number(),
});

interface ScrubCursor {
  verified: number;
  damaged: number;
  bytes: number;
  errors: string[];
  /** A file of which a part is read, and the state of its XXH64 in base64. */
  reading: { transfer_id: string; offset: number; hash: string } | null;
  /** Ids of storage locations that could not be read: their files wait for the next scrub. */
  unreachable: string[];
}

interface Stored {
  file: FileRow;
  transfer: TransferRow;
  location: StorageLocationRow | null;
}

type ScrubRun = RunningJob<z.output<typeof scrubParams>, ScrubCursor>;

/** Reads what is stored of files and compares it with their checksums: bytes that nobody asks for decay unseen. */
export const scrubJob = defineJob<typeof scrubParams, ScrubCursor>({
  type: "scrub",
  version: 2,
  domain: "instruments",
  queue: "ingestion",
  params: scrubParams,
  async run(ctx, job) {
    const first: ScrubCursor = { verified: 0, damaged: 0, bytes: 0, errors: [], reading: null, unreachable: [] };
    const cursor = structuredClone(job.cursor ?? first);
    for (;;) {
      const { verified_before } = job.params;
      const versions = await listUnverified(ctx.db, verified_before, FILES_A_LOOK, cursor.unreachable);
      if (versions.length === 0) break;
      for (const version of versions) {
        if (cursor.unreachable.includes(version.location?.id ?? "")) continue;
        try {
          const damage = await findDamage(ctx, job, cursor, version);
          if (damage === undefined) return resume(cursor);
          await keep(ctx, job, cursor, version, damage);
        } catch (error) {
          passOver(cursor, version, error);
        }
        if (job.outOfTime()) return resume(cursor);
      }
    }
    const { verified, damaged, bytes, errors } = cursor;
    return done({ verified, damaged, bytes }, errors);
  },
});

/** What is wrong with the stored bytes, as a sentence; null when nothing is, and undefined when the slice is over before that is known. */
async function findDamage(ctx: Context, job: ScrubRun, cursor: ScrubCursor, { file, transfer, location }: Stored) {
  const size = file.size_bytes ?? 0;
  const stored = await openStored(ctx, transfer, location);
  try {
    const defect = await stored.findDefect(size);
    if (defect !== null) return defect;
    const begun = cursor.reading?.transfer_id === transfer.id ? cursor.reading : null;
    const xxhash = await createXxh64(begun ? new Uint8Array(Buffer.from(begun.hash, "base64")) : undefined);
    const start = begun?.offset ?? 0;
    for (let offset = start; offset < size; offset += PART_BYTES) {
      if (offset > start && job.outOfTime()) {
        const hash = Buffer.from(xxhash.save()).toString("base64");
        cursor.reading = { transfer_id: transfer.id, offset, hash };
        return undefined;
      }
      const part = await stored.read({ offset, length: Math.min(PART_BYTES, size - offset) });
      if (!part) return "The stored object is gone";
      for await (const chunk of part) xxhash.update(chunk);
      await job.progress({ ...job.row.progress, message: `Reading ${file.source_path}` });
    }
    const found = xxhash.digest();
    return found === file.xxhash ? null : `The stored bytes have the checksum ${found} instead of ${file.xxhash}`;
  } finally {
    await stored.close();
  }
}

/** A storage location that does not answer says nothing about its files. Throws what is no fault of one. */
function passOver(cursor: ScrubCursor, { location, transfer }: Stored, error: unknown): void {
  if (!(error instanceof AppError) || transfer.object_key !== null || !location) throw error;
  cursor.unreachable.push(location.id);
  cursor.reading = null;
  cursor.errors.push(`Storage location ${location.name}: ${error.message}`);
}

async function keep(
  ctx: Context,
  job: ScrubRun,
  cursor: ScrubCursor,
  { file, transfer }: Stored,
  damage: string | null,
): Promise<void> {
  cursor.reading = null;
  cursor.bytes += file.size_bytes ?? 0;
  cursor[damage === null ? "verified" : "damaged"] += 1;
  if (damage !== null) {
    ctx.log.error("file_damaged", { file_id: file.id, transfer_id: transfer.id });
    if (cursor.errors.length < MOST_ERRORS) cursor.errors.push(`${file.source_path}: ${damage}`);
  }
  const { verified, damaged, bytes } = cursor;
  const message = `Verified ${verified} files...`;
  const read = { id: file.id, transfer_id: transfer.id, verified_at: ctx.now(), damage };
  await job.commit([markRead(ctx.db, read)], { cursor, progress: { message, verified, damaged, bytes } });
}
