import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { type ListRequest, readListPage } from "../../platform/http/list-page.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import {
  countFiles,
  countTransfers,
  type FileFilter,
  type FileRow,
  findFile,
  findTransfer,
  listFiles,
  listTransfers,
  type TransferFilter,
  type TransferRow,
} from "./file.store.ts";

/** Files that the caller sees, newest first. */
export function readFiles(ctx: Context, filter: FileFilter, request: ListRequest) {
  const { db, principal } = ctx;
  return readListPage(
    request,
    (window) => db.batch([listFiles(db, principal, filter, window), countFiles(db, principal, filter)]),
    ({ first_discovered_at, id }) => ({ time: first_discovered_at, id }),
  );
}

/** Throws 404 for a file that the caller does not see. */
export async function getFile(ctx: Context, id: string): Promise<FileRow> {
  const [file] = await findFile(ctx.db, ctx.principal, id);
  if (!file) throw notFound("File not found");
  return file;
}

/** Transfers of files that the caller sees, newest first. */
export function readTransfers(ctx: Context, filter: TransferFilter, request: ListRequest) {
  const { db, principal } = ctx;
  return readListPage(
    request,
    (window) => db.batch([listTransfers(db, principal, filter, window), countTransfers(db, principal, filter)]),
    ({ created_at, id }) => ({ time: created_at, id }),
  );
}

/** Throws 404 for a transfer of a file that the caller does not see. */
export async function getTransfer(ctx: Context, id: string): Promise<TransferRow> {
  const [transfer] = await findTransfer(ctx.db, ctx.principal, id);
  if (!transfer) throw notFound("Transfer not found");
  return transfer;
}

export const showFile = ({ metadata_, ...row }: FileRow) => ({
  id: row.id,
  persistent_id: row.persistent_id,
  persistent_id_type: row.persistent_id_type,
  instrument_id: row.instrument_id,
  source_path: row.source_path,
  filename: row.filename,
  size_bytes: row.size_bytes,
  source_mtime: isoTime(row.source_mtime),
  xxhash: row.xxhash,
  sha256: row.sha256,
  first_discovered_at: isoTime(row.first_discovered_at) ?? "",
  metadata_,
  owner_id: row.owner_id,
  verified_at: isoTime(row.verified_at),
  damage: row.damage,
});

export const showTransfer = (row: TransferRow) => ({
  id: row.id,
  file_id: row.file_id,
  storage_location_id: row.storage_location_id,
  destination_path: row.destination_path,
  transfer_adapter: row.transfer_adapter,
  status: row.status,
  bytes_transferred: row.bytes_transferred,
  source_checksum: row.source_checksum,
  dest_checksum: row.dest_checksum,
  checksum_verified: row.checksum_verified,
  started_at: isoTime(row.started_at),
  completed_at: isoTime(row.completed_at),
  error_message: row.error_message,
  prefect_flow_run_id: row.prefect_flow_run_id,
  source_size: row.source_size,
  source_mtime: isoTime(row.source_mtime),
  hook_problems: row.hook_problems,
});
