import type { Context } from "../../context.ts";
import { conflict, notFound, tooLarge, unprocessable } from "../../errors.ts";
import { writeFileSidecars } from "../../platform/storage/file-sidecars.ts";
import { receiveMultipart, type ReceivedFile } from "../../platform/storage/multipart.ts";
import { markLive, markOrphaned } from "../../platform/storage/objects.store.ts";
import { discardObject } from "../../platform/storage/stream-writer.ts";
import { isUniqueViolation } from "../../platform/unique-violation.ts";
import {
  countDataFiles,
  type DataFileRow,
  deleteDataFile,
  findDataFile,
  insertDataFile,
  listDataFiles,
  requireQuota,
} from "./data-file.store.ts";
import { originOf } from "./erase.store.ts";
import { requireFileKind } from "./file-names.ts";
import { quotaExceeded, refusalOf } from "./guarded-batch.ts";
import { guardOwner } from "./owner.store.ts";
import { requireOwner } from "./owner.ts";

/** A page of the caller's files by name, and how many there are. */
export async function listFiles(ctx: Context, page: { offset: number; limit: number }) {
  const owner = requireOwner(ctx);
  const [rows, [counted]] = await ctx.db.batch([listDataFiles(ctx.db, owner, page), countDataFiles(ctx.db, owner)]);
  return { files: rows.map(renderFile), total_count: counted?.total ?? 0 };
}

/**
 * Stores the form's file byte for byte under its own name. Throws 400 for a name that no file can have, 409 for one
 * that is there, 413 above the quota; then nothing of it stays.
 */
export async function uploadFile(ctx: Context, request: Request) {
  const owner = requireOwner(ctx);
  const options = { max_bytes: ctx.config.UPLOAD_LIMIT_BYTES, files: ["file"], origin: originOf(owner) };
  return receiveMultipart(ctx, request, options, async ({ files }) => {
    const file = files.get("file");
    if (!file) throw unprocessable([{ field: "file", message: "is required" }]);
    return renderFile(await addFile(ctx, owner, file, "upload"));
  });
}

/** Gives a stored object a name among somebody's files, with what later reads need beside it. */
export async function addFile(
  ctx: Context,
  owner: string,
  { filename, object, content_type }: Pick<ReceivedFile, "filename" | "object" | "content_type">,
  origin: string,
): Promise<DataFileRow> {
  requireFileKind(filename);
  const quota = ctx.config.BANK_QUOTA_BYTES;
  const [[taken], [held]] = await ctx.db.batch([findDataFile(ctx.db, owner, filename), countDataFiles(ctx.db, owner)]);
  if (taken) throw fileExists(filename);
  if ((held?.bytes ?? 0) + object.size_bytes > quota) throw quotaExceeded(ctx.config);
  const sidecars = await writeFileSidecars(ctx, { object, filename, origin: originOf(owner) });
  const modified_at = ctx.now();
  const { key: object_key, size_bytes, sha256 } = object;
  const row = { owner, filename, object_key, size_bytes, sha256, content_type, origin, modified_at };
  await ctx.db
    .batch([
      guardOwner(ctx.db, owner),
      insertDataFile(ctx.db, row),
      requireQuota(ctx.db, owner, quota),
      ...[object_key, ...sidecars].map((key) => markLive(ctx.db, key, modified_at)),
    ])
    .catch(async (error: unknown) => {
      for (const key of sidecars) await discardObject(ctx, key);
      throw isUniqueViolation(error) ? fileExists(filename) : refusalOf(ctx, error);
    });
  return row;
}

/** Removes a file of the caller and what lies beside it; throws 404. */
export async function removeFile(ctx: Context, filename: string): Promise<void> {
  const owner = requireOwner(ctx);
  requireFileKind(filename);
  const [row] = await findDataFile(ctx.db, owner, filename);
  if (!row) throw fileNotFound(filename);
  const [deleted] = await ctx.db.batch([deleteDataFile(ctx.db, row), markOrphaned(ctx.db, row.object_key, ctx.now())]);
  if (deleted.length === 0) throw fileNotFound(filename);
}

/** A file of the caller; throws 400 for a name that no file can have, and 404. */
export async function requireFile(ctx: Context, filename: string): Promise<DataFileRow> {
  const owner = requireOwner(ctx);
  requireFileKind(filename);
  const [row] = await findDataFile(ctx.db, owner, filename);
  if (!row) throw fileNotFound(filename);
  return row;
}

export const fileNotFound = (filename: string) => notFound(`File not found: ${filename}`, "FILE_NOT_FOUND");

const fileExists = (filename: string) =>
  conflict(`File '${filename}' already exists. Delete the existing file first or rename your file.`, "FILE_EXISTS");

const renderFile = ({ filename, size_bytes, modified_at }: DataFileRow) => ({
  filename,
  size_bytes,
  modified_ms: modified_at,
});

/** The largest file that is previewed and plotted; the document's. */
const MOST_MEGABYTES = 500;

/** Throws 413 `FILE_SIZE_EXCEEDED` for a file too large to be read. */
export function requireReadableSize({ size_bytes }: DataFileRow): void {
  const megabytes = Math.ceil(size_bytes / 1024 ** 2);
  if (megabytes <= MOST_MEGABYTES) return;
  throw tooLarge(`File size ${megabytes}MB exceeds maximum ${MOST_MEGABYTES}MB`, "FILE_SIZE_EXCEEDED");
}
