import type { Context } from "../../context.ts";
import { badRequest, conflict, forbidden, notFound } from "../../errors.ts";
import { findFinishedUpload } from "../../platform/storage/finished-uploads.ts";
import { receiveMultipart, type ReceivedForm } from "../../platform/storage/multipart.ts";
import { markLive, markOrphaned } from "../../platform/storage/objects.store.ts";
import { segmentProblem } from "../../platform/storage/segments.ts";
import { takeUpload } from "../../platform/storage/uploads.store.ts";
import { announce, logActivity } from "./activity.ts";
import {
  type CsvFileRow,
  findCsvFile,
  listCsvFiles,
  listLoadedFiles,
  type LoadedFileRow,
  markCsvFileDeleted,
  putCsvFile,
} from "./csv-file.store.ts";
import { type SourceRow, updateSource } from "./source.store.ts";
import { requireSource } from "./sources.ts";
import { countRejected, listRejected } from "./csv-outcome.store.ts";
import { matchesPattern, patternOf } from "./file-plan.ts";
import { isFileType, isUploadType } from "./file-types.ts";
import { followChange, requireSyncable } from "./sync.ts";
import { documentTime } from "./times.ts";

const DELETED_SHOWN_MS = 7 * 86_400_000;

/** Folder of a source's files as its config names it, without slashes at its ends. */
export const directoryOf = ({ config }: SourceRow): string =>
  String(config["directory"] ?? "data/uploads").replaceAll(/^\/+|\/+$/g, "");

/** The source, if files are uploaded for it; throws 404 and 400 with the document's texts. */
export async function requireFileSource(ctx: Context, name: string): Promise<SourceRow> {
  const source = await requireSource(ctx, name);
  if (!isUploadType(source.type)) throw badRequest(`Source '${name}' is not a CSV source`);
  return source;
}

/**
 * Stores the form's `file` in the source's folder while it comes in, or takes the completed upload that `upload_id`
 * names. Throws 400 for what is no CSV file, 409 for a name that is taken, and leaves nothing then. A sync follows at
 * once, or after the source's quiet time.
 */
export async function uploadCsv(ctx: Context, request: Request, input: { name: string; trigger_sync: boolean }) {
  const source = await requireFileSource(ctx, input.name);
  if (input.trigger_sync) requireSyncable(source);
  const options = { max_bytes: ctx.config.UPLOAD_LIMIT_BYTES, files: ["file"], origin: `csv:${source.name}` };
  const file = await receiveMultipart(ctx, request, options, (form) => nameUpload(ctx, source, form));
  await announce(ctx, "csv_uploaded", { source: source.name, file: file.filename });
  await logActivity(ctx, "INFO", `CSV uploaded: ${file.filename}`, source.name);
  if (input.trigger_sync) await followChange(ctx, source);
  else if (source.auto_sync) await dueSync(ctx, source);
  return { ...file, auto_sync: input.trigger_sync || source.auto_sync };
}

async function nameUpload(ctx: Context, source: SourceRow, { fields, files }: ReceivedForm): Promise<CsvFileRow> {
  const uploaded = files.has("file") ? null : await findUploaded(ctx, fields["upload_id"]);
  const file = files.get("file") ?? uploaded;
  if (!file) throw badRequest("The form has no file");
  const { filename, object } = file;
  requireExtension(source, filename);
  if (!matchesPattern(source, filename)) {
    throw badRequest(`File '${filename}' does not match the source's file_pattern`);
  }
  const problem = segmentProblem(filename);
  if (problem) throw badRequest(`The file's name ${problem}`);
  const path = `/${directoryOf(source)}/${filename}`;
  const taken = `File '${filename}' already exists. Delete the existing file first or rename your file.`;
  if (await findCsvFile(ctx.db, source.name, path)) throw conflict(taken);
  const now = ctx.now();
  const { key: object_key, size_bytes, sha256 } = object;
  const row = {
    source: source.name,
    path,
    filename,
    object_key,
    size_bytes,
    sha256,
    modified_at: now,
    deleted_at: null,
  };
  const taking = uploaded === null ? [] : takeUpload(ctx.db, uploaded.id);
  await ctx.db
    .batch([putCsvFile(ctx.db, row), markLive(ctx.db, object_key, now), ...taking])
    .catch(async (error: unknown) => {
      // Of two requests that use the same upload at once, one finds it gone.
      await findUploaded(ctx, uploaded?.id);
      throw error;
    });
  return row;
}

async function findUploaded(ctx: Context, upload_id: string | undefined) {
  if (upload_id === undefined) return null;
  const upload = await findFinishedUpload(ctx, { upload_id });
  if (!upload) throw badRequest("upload_id is no completed upload of yours");
  return upload;
}

function requireExtension({ type }: SourceRow, filename: string): void {
  if (/\.(csv|tsv|txt)(\.gz)?$/i.test(filename)) return;
  if (type === "csv") throw badRequest("Only CSV files are supported");
  if (/\.(parquet|(json|jsonl|ndjson)(\.gz)?)$/i.test(filename)) return;
  throw badRequest("Only CSV, JSON, JSON Lines and Parquet files are supported");
}

/** Each upload puts the sync off by the source's quiet time; the tick starts it. */
async function dueSync(ctx: Context, { name, debounce_seconds }: SourceRow): Promise<void> {
  await updateSource(ctx.db, name, { sync_due_at: ctx.now() + debounce_seconds * 1000 });
}

/** The files of a source, with those deleted in the last week, and what of them is loaded. */
export async function listSourceFiles(ctx: Context, name: string) {
  const source = await requireFileSource(ctx, name);
  const rows = await listCsvFiles(ctx.db, name, ctx.now() - DELETED_SHOWN_MS);
  const loaded = new Map((await listLoadedFiles(ctx.warehouse, name)).map((entry) => [entry.path, entry]));
  const files = rows.map((row) => renderFile(row, loaded.get(row.path)));
  return {
    source_name: name,
    directory: directoryOf(source),
    file_pattern: patternOf(source),
    files,
    total_files: files.length,
    files_on_disk: files.filter(({ on_disk }) => on_disk).length,
    files_loaded: files.filter((file) => file.loaded).length,
  };
}

function renderFile(row: CsvFileRow, known: LoadedFileRow | undefined) {
  const there = row.deleted_at === null;
  // A file that came back with another content waits for its sync.
  const loaded = there && known?.sha256 !== row.sha256 ? undefined : known;
  return {
    filename: row.filename,
    path: row.path,
    size: there ? row.size_bytes : null,
    modified: there ? documentTime(row.modified_at) : null,
    on_disk: there,
    loaded: loaded?.status === "success",
    rows_loaded: loaded?.rows_loaded ?? null,
    rows_rejected: loaded?.rows_rejected ?? null,
    loaded_at: loaded ? documentTime(loaded.loaded_at) : null,
    status: loaded?.status ?? (there ? ("pending" as const) : ("deleted" as const)),
    error_message: loaded?.error_message ?? null,
  };
}

/**
 * Deletes a file by its whole path; its rows go with the sync that this starts. Throws 403 for a path outside the
 * source's folder, 404 for a file that is not there.
 */
export async function deleteSourceFile(ctx: Context, name: string, file_path: string) {
  const source = await requireFileSource(ctx, name);
  const folder = `/${directoryOf(source)}/`;
  const path = file_path.startsWith("/") ? file_path : `/${file_path}`;
  const rest = path.slice(folder.length);
  if (!path.startsWith(folder) || segmentProblem(rest)) throw forbidden("Cannot delete files outside source directory");
  const row = await findCsvFile(ctx.db, name, path);
  if (!row) throw notFound(`File not found: ${rest}`);
  const now = ctx.now();
  await ctx.db.batch([markCsvFileDeleted(ctx.db, name, path, now), markOrphaned(ctx.db, row.object_key, now)]);
  await announce(ctx, "csv_deleted", { source: name, file: row.filename });
  await logActivity(ctx, "INFO", `CSV deleted: ${row.filename}`, name);
  await followChange(ctx, source);
  return { filename: row.filename, path };
}

/** Rows of a source's files that could not be loaded. Throws 404 for a file that is not there. */
export async function listRejectedRows(
  ctx: Context,
  name: string,
  { file_path, limit, offset }: { file_path: string | null; limit: number; offset: number },
) {
  const { type } = await requireSource(ctx, name);
  if (!isFileType(type)) throw badRequest(`Source '${name}' has no files`);
  if (file_path !== null && !(await isKnownFile(ctx, name, file_path))) throw notFound(`File not found: ${file_path}`);
  const { warehouse } = ctx;
  const [rows, [counted]] = await warehouse.batch([
    listRejected(warehouse, name, file_path, { limit, offset }),
    countRejected(warehouse, name, file_path),
  ]);
  const shown = rows.map(({ path, line, reason, content }) => ({ file_path: path, line, reason, content }));
  return { source_name: name, rows: shown, total: counted?.total ?? 0, limit, offset };
}

const isKnownFile = async (ctx: Context, name: string, path: string) =>
  (await findCsvFile(ctx.db, name, path)) !== undefined ||
  (await listLoadedFiles(ctx.warehouse, name)).some((file) => file.path === path);
