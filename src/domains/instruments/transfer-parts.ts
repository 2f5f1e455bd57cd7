import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { fileChanged, FilesystemFailure } from "../../connectors/filesystems/failures.ts";
import type { Context } from "../../context.ts";
import { AppError, notFound } from "../../errors.ts";
import { createXxh64 } from "../../formats/xxhash.ts";
import { describeError } from "../../platform/http/log.ts";
import { describePending } from "../../platform/storage/objects.store.ts";
import type { Checksums } from "./checksums.ts";
import { PART_BYTES, type Stored } from "./destination.ts";
import type { FileRow } from "./file.store.ts";
import { endAbandoned, findFileRow, putTransfer, reopenAbandoned } from "./harvest.store.ts";
import type { PartsState } from "./harvest-cursor.ts";
import type { HarvestWorld } from "./harvest-world.ts";
import { commitTransfers, failTransfer, finishTransfer, type Settlement, startTransfer } from "./transfer-file.ts";

/** Cut connections after which a file is left to the next harvest. */
const MOST_FAULTS = 4;

/** Begins a file in parts and keeps that in the harvest's cursor; null when it was settled at once. */
export async function beginParts(ctx: Context, world: HarvestWorld, file: FileRow): Promise<PartsState | null> {
  const { job, cursor, destination } = world;
  const started = await startTransfer(ctx, world, file);
  if ("outcome" in started) {
    await commitTransfers(world, [started]);
    return null;
  }
  try {
    const upload = await destination.begin(started.destination_path ?? "");
    const hash = encode((await createXxh64()).save());
    const { metadata_: metadata } = file;
    cursor.parts = { transfer: started, upload, tags: [], hash, verified: null, metadata, step: "copying", faults: 0 };
  } catch (error) {
    await commitTransfers(world, [failTransfer(ctx, file, started, error)]);
    return null;
  }
  await job.commit([endAbandoned(ctx.db, ctx.now()), putTransfer(ctx.db, started)], { cursor });
  return cursor.parts;
}

/** Goes on with a file from its last part; false when the slice is over before it is settled. */
export async function continueParts(ctx: Context, world: HarvestWorld, state: PartsState): Promise<boolean> {
  const { transfer } = state;
  const [[file]] = await ctx.db.batch([findFileRow(ctx.db, transfer.file_id), reopenAbandoned(ctx.db, transfer.id)]);
  if (!file) throw notFound("The file was deleted while it was being transferred");
  Object.assign(file, {
    observed_size: transfer.source_size,
    observed_mtime: transfer.source_mtime,
    observed_version: transfer.source_version,
    metadata_: state.metadata,
  });
  const settlement = await transferParts(ctx, world, file, state).catch((error: unknown) =>
    settleFault(ctx, world, file, state, error),
  );
  if (settlement === null) return false;
  world.cursor.parts = null;
  await commitTransfers(world, [settlement]);
  if (settlement.outcome === "failed") await abort(ctx, world, state);
  return true;
}

async function transferParts(
  ctx: Context,
  world: HarvestWorld,
  file: FileRow,
  state: PartsState,
): Promise<Settlement | null> {
  const { job, cursor, destination } = world;
  const path = state.transfer.destination_path ?? "";
  if (state.step === "copying") {
    if (!(await copyParts(world, file, state))) return null;
    state.step = "completing";
    await job.commit([], { cursor });
    await destination.complete(path, state.upload, state.tags);
  } else if (state.step === "completing") {
    // A try that was cut off may have joined the parts; whether they are there is seen when they are read.
    await destination.complete(path, state.upload, state.tags).catch((error: unknown) => {
      ctx.log.info("parts_joined_before", { transfer_id: state.transfer.id, ...describeError(error) });
    });
  }
  state.step = "verifying";
  await job.commit([], { cursor });
  const stored = destination.stored(state.upload);
  const found = await readBack(world, state, stored, file.observed_size ?? 0);
  if (found === null) return null;
  if (stored.object_key !== null) {
    await describePending(ctx.db, stored.object_key, {
      size_bytes: file.observed_size ?? 0,
      sha256: found.sha256 ?? "",
    });
  }
  const source_checksum = (await createXxh64(decode(state.hash))).digest();
  return finishTransfer(ctx, world, file, { ...state.transfer, source_checksum }, stored, found);
}

/** Copies part after part, each kept in the cursor; false when the slice is over before the last. */
async function copyParts(
  { job, cursor, source, destination, instrument, beat }: HarvestWorld,
  file: FileRow,
  state: PartsState,
) {
  const size = file.observed_size ?? 0;
  const path = state.transfer.destination_path ?? "";
  const hash = await createXxh64(decode(state.hash));
  let offset = state.tags.length * PART_BYTES;
  if (offset >= size) return true;
  const stream = await source.open(file.source_path, { offset, version: file.observed_version });
  const reader = stream.getReader();
  const next = partsOf(reader, beat);
  try {
    while (offset < size) {
      if (job.outOfTime()) return false;
      const content = await next(Math.min(PART_BYTES, size - offset));
      if (content === null) throw fileChanged(instrument.name, file.source_path);
      const tag = await destination.put(path, state.upload, { number: state.tags.length + 1, content });
      hash.update(content);
      offset += content.byteLength;
      state.tags.push(tag);
      Object.assign(state, { hash: encode(hash.save()), faults: 0 });
      const progress = { ...job.row.progress, message: `${file.filename}: ${offset} of ${size} bytes` };
      await job.commit([], { cursor, progress });
    }
    if ((await next(1)) !== null) throw fileChanged(instrument.name, file.source_path);
    return true;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Cuts a stream into pieces of the lengths that are asked for; null where it ends before. */
function partsOf(reader: ReadableStreamDefaultReader<Uint8Array>, beat: () => Promise<void>) {
  let rest: Uint8Array = new Uint8Array();
  return async (length: number): Promise<Uint8Array<ArrayBuffer> | null> => {
    const part = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      if (rest.byteLength === 0) {
        const { done, value } = await reader.read();
        if (done) return null;
        await beat();
        rest = value;
      }
      const taken = rest.subarray(0, length - filled);
      part.set(taken, filled);
      filled += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
    }
    return part;
  };
}

/** Reads what is stored; null when the slice is over before its end. */
async function readBack(
  { job, destination }: HarvestWorld,
  state: PartsState,
  stored: Stored,
  size: number,
): Promise<Checksums | null> {
  const path = state.transfer.destination_path ?? "";
  const begun = state.verified;
  const start = begun?.bytes ?? 0;
  const xxhash = await createXxh64(begun ? decode(begun.hash) : undefined);
  // No state of it can be kept for another slice.
  const sha256 = begun ? null : createHash("sha256");
  for (let offset = start; offset < size; offset += PART_BYTES) {
    if (offset > start && job.outOfTime()) {
      state.verified = { bytes: offset, hash: encode(xxhash.save()) };
      return null;
    }
    const length = Math.min(PART_BYTES, size - offset);
    const part = await new Response(await destination.read(path, stored, { offset, length })).bytes();
    xxhash.update(part);
    sha256?.update(part);
    await job.progress({ ...job.row.progress, message: `Verifying ${offset + length} of ${size} bytes` });
  }
  return { xxhash: xxhash.digest(), sha256: sha256?.digest("hex") ?? null };
}

/** A connection that was cut is waited for; whatever else speaks against the file settles it. */
async function settleFault(
  ctx: Context,
  world: HarvestWorld,
  file: FileRow,
  state: PartsState,
  error: unknown,
): Promise<Settlement> {
  if (!(error instanceof AppError)) throw error;
  if (error instanceof FilesystemFailure && error.kind === "unreachable" && state.faults < MOST_FAULTS) {
    state.faults += 1;
    await world.job.commit([], { cursor: world.cursor });
    throw error;
  }
  return failTransfer(ctx, file, state.transfer, error);
}

/** Frees the parts of a file that failed; nothing is lost when that fails, too. */
async function abort(ctx: Context, { destination }: HarvestWorld, { transfer, upload }: PartsState): Promise<void> {
  await destination.abort(transfer.destination_path ?? "", upload).catch((fault: unknown) => {
    ctx.log.info("upload_not_aborted", { transfer_id: transfer.id, ...describeError(fault) });
  });
}

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const decode = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
