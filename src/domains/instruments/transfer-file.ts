import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { markLive } from "../../platform/storage/objects.store.ts";
import type { Checksums } from "./checksums.ts";
import { isCut } from "./cuts.ts";
import type { Stored } from "./destination.ts";
import type { TransferLocation } from "./destination-folder.ts";
import { destinationPath } from "./destination-path.ts";
import type { FileRow, TransferRow } from "./file.store.ts";
import { insertGrants, putTransfer, updateFile } from "./harvest.store.ts";
import { addError } from "./harvest-cursor.ts";
import type { HarvestWorld } from "./harvest-world.ts";
import { type HookEvent, runHooks } from "./hook-runner.ts";
import { uuidOf } from "./text-uuid.ts";

/** Files in a row whose connection was cut: then it is the server's fault, not theirs. */
const MOST_CUTS = 5;

/** What became of a try, and the statements that say so. */
export interface Settlement {
  outcome: "transferred" | "skipped" | "failed";
  path: string;
  bytes: number;
  error: unknown;
  statements: Statement[];
}

/** What a try has to know of where it happens. */
export interface TransferWorld extends Pick<HarvestWorld, "instrument" | "hooks" | "folders"> {
  /** Null where the instrument delivers by itself. */
  job: { id: string; row: { flow_run_id: string } } | null;
  location: TransferLocation;
}

/** The transfer's row, unless a hook skips the file. */
export async function startTransfer(
  ctx: Context,
  { job, instrument, location, hooks, folders }: TransferWorld,
  file: FileRow,
): Promise<TransferRow | Settlement> {
  const now = ctx.now();
  const { base_path } = location;
  const transfer: TransferRow = {
    id: transferId(job?.id ?? crypto.randomUUID(), file),
    file_id: file.id,
    instrument_id: instrument.id,
    storage_location_id: location.id,
    destination_path: destinationPath(base_path, await folders.preview(base_path), file.source_path),
    transfer_adapter: instrument.transfer_adapter,
    status: "in_progress",
    bytes_transferred: null,
    source_checksum: null,
    dest_checksum: null,
    checksum_verified: false,
    started_at: now,
    completed_at: null,
    error_message: null,
    prefect_flow_run_id: job?.row.flow_run_id ?? null,
    job_id: job?.id ?? null,
    object_key: null,
    sha256: null,
    source_size: file.observed_size,
    source_mtime: file.observed_mtime,
    source_version: file.observed_version,
    hook_problems: [],
    created_at: now,
  };
  const pre = hooks.filter(({ trigger }) => trigger === "pre_transfer");
  const { skip, redirect, metadata, problems } = await runHooks(ctx, pre, eventOf(instrument, file, transfer));
  transfer.hook_problems = problems;
  Object.assign(file, { metadata_: metadata });
  if (skip !== null) {
    const skipped = {
      status: "skipped" as const,
      error_message: skip,
      destination_path: null,
      completed_at: ctx.now(),
    };
    const statements = [putTransfer(ctx.db, { ...transfer, ...skipped })];
    return { outcome: "skipped", path: file.source_path, bytes: 0, error: null, statements };
  }
  const base = redirect ?? base_path;
  transfer.destination_path = destinationPath(base, await folders.claim(base), file.source_path);
  return transfer;
}

/** Compares what was read with what is stored, runs the hooks that follow, and makes the new version the file's. */
export async function finishTransfer(
  ctx: Context,
  { instrument, hooks }: TransferWorld,
  file: FileRow,
  transfer: TransferRow,
  stored: Stored,
  found: Checksums,
): Promise<Settlement> {
  const compared = { ...transfer, dest_checksum: found.xxhash, sha256: found.sha256 };
  if (found.xxhash !== transfer.source_checksum) {
    // What was sent under a partial name is known by its SHA-256 alone.
    const read = transfer.source_checksum === null ? "" : ` (${transfer.source_checksum})`;
    const message = `The destination gives back other bytes (${found.xxhash}) than were read${read}`;
    return failTransfer(ctx, file, compared, new AppError(502, "CHECKSUM_MISMATCH", message));
  }
  const post = hooks.filter(({ trigger }) => trigger === "post_transfer");
  const { metadata, grants, problems } = await runHooks(ctx, post, eventOf(instrument, file, compared));
  const now = ctx.now();
  const completed: TransferRow = {
    ...compared,
    status: "completed",
    bytes_transferred: file.observed_size,
    checksum_verified: true,
    completed_at: now,
    object_key: stored.object_key,
    hook_problems: [...transfer.hook_problems, ...problems],
  };
  const statements: Statement[] = [
    putTransfer(ctx.db, completed),
    updateFile(ctx.db, file.id, {
      size_bytes: file.observed_size,
      source_mtime: file.observed_mtime,
      source_version: file.observed_version,
      xxhash: found.xxhash,
      sha256: found.sha256,
      transfer_id: transfer.id,
      metadata_: metadata,
      ...{ failures: 0, retry_at: null, verified_at: now, damage: null },
    }),
  ];
  if (stored.object_key !== null) statements.push(markLive(ctx.db, stored.object_key, now));
  if (grants.length > 0) {
    const given = { file_id: file.id, granted_by: null, granted_at: now };
    statements.push(
      insertGrants(
        ctx.db,
        grants.map((grantee) => ({ id: crypto.randomUUID(), ...grantee, ...given })),
      ),
    );
  }
  return { outcome: "transferred", path: file.source_path, bytes: file.observed_size ?? 0, error: null, statements };
}

/** Keeps why a try failed; the next harvest makes another. Throws what is not the file's or its servers' fault, or passes. */
export function failTransfer(ctx: Context, file: FileRow, transfer: TransferRow, error: unknown): Settlement {
  if (!(error instanceof AppError) || error.status === 503) throw error;
  const now = ctx.now();
  const end = { status: "failed" as const, error_message: error.message, completed_at: now };
  const statements = [
    putTransfer(ctx.db, { ...transfer, ...end }),
    updateFile(ctx.db, file.id, { failures: file.failures + 1, retry_at: now }),
  ];
  return { outcome: "failed", path: file.source_path, bytes: 0, error, statements };
}

/** Commits what became of files together with where the harvest is. Throws, with nothing kept, when it is the server. */
export async function commitTransfers(
  { job, cursor }: HarvestWorld,
  settlements: readonly Settlement[],
): Promise<void> {
  const cuts = settlements.every(wasCut) ? cursor.cuts + settlements.length : 0;
  const [first] = settlements;
  if (first && cuts >= MOST_CUTS) throw first.error;
  cursor.cuts = cuts;
  for (const { outcome, path, bytes, error } of settlements) {
    cursor[outcome] += 1;
    cursor.bytes += bytes;
    if (error instanceof AppError) addError(cursor, `${path}: ${error.message}`);
  }
  const { total_discovered, transferred, skipped, failed, bytes } = cursor;
  const message = `Transferred ${transferred} files...`;
  const progress = { message, total_discovered, transferred, skipped, failed, bytes };
  await job.commit(
    settlements.flatMap(({ statements }) => statements),
    { cursor, progress },
  );
}

/** What hooks are told of a try at a file. */
export const eventOf = (
  { id, name }: HarvestWorld["instrument"],
  { metadata_: metadata, ...file }: FileRow,
  { id: transfer_id, destination_path, dest_checksum }: Pick<TransferRow, "id" | "destination_path" | "dest_checksum">,
): HookEvent => ({
  transfer_id,
  instrument: { id, name },
  file: {
    path: file.source_path,
    name: file.filename,
    size: file.observed_size ?? 0,
    mtime: file.observed_mtime,
    persistent_id: file.persistent_id,
    checksum: dest_checksum,
  },
  destination_path: destination_path ?? "",
  metadata,
});

/** One id for a try however often it is begun again after a fault, so that a webhook knows it. */
const transferId = (job_id: string, { id, observed_size, observed_mtime, observed_version }: FileRow) =>
  uuidOf(JSON.stringify([job_id, id, observed_size, observed_mtime, observed_version]));

const wasCut = ({ error }: Settlement) => isCut(error);
