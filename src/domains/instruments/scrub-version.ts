import { Buffer } from "node:buffer";
import { FilesystemFailure } from "../../connectors/filesystems/failures.ts";
import type { Context } from "../../context.ts";
import { createXxh64 } from "../../formats/xxhash.ts";
import type { RunningJob } from "../../platform/jobs/define.ts";
import { PART_BYTES } from "./destination.ts";
import type { FileRow, TransferRow } from "./file.store.ts";
import type { ScrubCursor, ScrubParams } from "./scrub-cursor.ts";
import type { StorageLocationRow } from "./storage-locations.ts";
import { tryLocation } from "./storage-test.ts";
import { openStored } from "./stored-version.ts";

export type ScrubRun = RunningJob<ScrubParams, ScrubCursor>;

/** A version of a file, and where it is stored. */
export interface Stored {
  file: FileRow;
  transfer: TransferRow;
  location: StorageLocationRow | null;
}

/**
 * What is wrong with the stored bytes, as a sentence; null when nothing is, and undefined when the slice is over before
 * that is known. Throws `AppError` for what is the storage location's fault.
 */
export async function findDamage(ctx: Context, job: ScrubRun, cursor: ScrubCursor, version: Stored) {
  const stored = await openStored(ctx, version.transfer, version.location);
  try {
    const defect = await stored.findDefect(version.file.size_bytes ?? 0);
    return defect ?? (await compareBytes(job, cursor, version, stored.read));
  } catch (error) {
    return explainFailure(ctx, version, error);
  } finally {
    await stored.close?.();
  }
}

async function compareBytes(
  job: ScrubRun,
  cursor: ScrubCursor,
  { file, transfer }: Stored,
  read: Awaited<ReturnType<typeof openStored>>["read"],
): Promise<string | null | undefined> {
  const size = file.size_bytes ?? 0;
  const begun = cursor.reading?.transfer_id === transfer.id ? cursor.reading : null;
  const xxhash = await createXxh64(begun ? new Uint8Array(Buffer.from(begun.hash, "base64")) : undefined);
  const start = begun?.offset ?? 0;
  for (let offset = start; offset < size; offset += PART_BYTES) {
    if (offset > start && job.outOfTime()) {
      const hash = Buffer.from(xxhash.save()).toString("base64");
      cursor.reading = { transfer_id: transfer.id, offset, hash };
      return undefined;
    }
    const part = await read({ offset, length: Math.min(PART_BYTES, size - offset) });
    if (!part) return "The stored object is gone";
    for await (const chunk of part) xxhash.update(chunk);
    await job.progress({ ...job.row.progress, message: `Reading ${file.source_path}` });
  }
  const found = xxhash.digest();
  return found === file.xxhash ? null : `The stored bytes have the checksum ${found} instead of ${file.xxhash}`;
}

/** What a failure says of one file. Throws what it says of the storage location, which may have refused everything. */
async function explainFailure(ctx: Context, { location }: Stored, error: unknown): Promise<string> {
  if (!location || !(error instanceof FilesystemFailure) || error.kind === "unreachable") throw error;
  await tryLocation(ctx, location).catch((refusal: unknown) => {
    // Where hooks redirect everything, nobody has made the base folder.
    if (!(refusal instanceof FilesystemFailure) || refusal.kind !== "not-found") throw refusal;
  });
  return error.message;
}
