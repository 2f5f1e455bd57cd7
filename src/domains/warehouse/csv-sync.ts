import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { ObjectChanged } from "../../platform/storage/ranges.ts";
import { listLoadedFiles } from "./csv-file.store.ts";
import { type FileWindow, NotUtf8 } from "./csv-file-rows.ts";
import { openPlanned, planFiles } from "./file-plan.ts";
import { isUploadType } from "./file-types.ts";
import { openFileRows } from "./file-rows.ts";
import { FILE_COLUMN, FILE_TIME_COLUMN, LINE_COLUMN } from "./file-columns.ts";
import { deleteRejected, forgetOtherFiles, insertRejected, upsertLoadedFile } from "./csv-outcome.store.ts";
import { commitLoad } from "./loading/commit-load.ts";
import { finishLoad } from "./loading/finish-load.ts";
import { type Load, openLoad } from "./loading/load.ts";
import { loadRows } from "./loading/load-rows.ts";
import type { SourceRow } from "./source.store.ts";
import { ownerOf } from "./sources.ts";
import type { PlannedFile, SyncCursor, SyncRun } from "./sync-run.ts";
import { warn, warnOfDeduplication, warnOfOverflow } from "./sync-warnings.ts";

/** Rejected rows that are kept of a file; the others are counted. */
const REJECTED_KEPT = 100;

/** What became of a file. */
interface FileOutcome {
  path: string;
  rows: number;
  rejected: number;
  /** Why nothing of it could be loaded. */
  error: string | null;
}

/** How far the files are, in the same transaction as their rows. */
interface FilesPosition {
  /** Index of the file that is read. */
  file: number;
  offset: number;
  line: number;
  /** Of this file so far. */
  rows: number;
  rejected: number;
  /** Of the files before. */
  outcomes: FileOutcome[];
}

/**
 * Makes the table of a source anew from its files, beside the one that people read, and swaps the two: a changed file
 * has no old rows left and a deleted one none at all. Does nothing when no file has changed. Answers null when the slice
 * is over.
 */
export async function syncFiles(
  ctx: Context,
  job: SyncRun,
  source: SourceRow,
  before: SyncCursor,
): Promise<SyncCursor | null> {
  let cursor = before;
  if (cursor.files === null) {
    cursor = { ...cursor, files: await planFiles(ctx, source) };
    await job.commit([], { cursor });
  }
  const files = cursor.files ?? [];
  const known = await listLoadedFiles(ctx.warehouse, source.name);
  const gone = known.filter(({ path }) => !files.some((file) => file.path === path));
  if (!job.params.full_refresh && gone.length === 0 && files.every(({ changed }) => !changed)) {
    const failures = known.flatMap(({ path, error_message }) => (error_message ? [`${path}: ${error_message}`] : []));
    return { ...cursor, errors: failures };
  }
  for (;;) {
    const loaded = await loadFiles(ctx, job, source, cursor);
    if (loaded === null || !("restarts" in loaded)) return loaded && { ...cursor, ...loaded };
    cursor = loaded;
  }
}

type FilesResult = Pick<SyncCursor, "rows" | "errors">;

/** Loads all files and swaps. Answers a cursor to begin again with when a file failed of which rows are there already. */
async function loadFiles(
  ctx: Context,
  job: SyncRun,
  source: SourceRow,
  cursor: SyncCursor,
): Promise<FilesResult | SyncCursor | null> {
  const files = cursor.files ?? [];
  let load = await openLoad(ctx, {
    schema: `raw_${source.name}`,
    name: source.name,
    owner: ownerOf(source.name),
    load: `${job.id}-${cursor.restarts}`,
    disposition: "replace",
    key: [],
    cursor_field: null,
    read_texts: true,
  });
  for (let position = readPosition(load); position.file < files.length; position = readPosition(load)) {
    const file = files[position.file];
    if (!file) break;
    try {
      const isBad = file.path in cursor.bad_files;
      const loaded = isBad ? skip(load, file, cursor) : await loadFile(ctx, job, source, load, cursor);
      if (loaded === null) return null;
      load = loaded;
    } catch (error) {
      // Rows of it may be in the new table already, so that is begun afresh.
      const restarted = { ...cursor, ...learn(cursor, file, error), restarts: cursor.restarts + 1 };
      await job.commit([], { cursor: restarted });
      return restarted;
    }
  }
  return finishFiles(ctx, job, source, load, cursor);
}

/** What a file's failure says about reading it another time. */
function learn(cursor: SyncCursor, { path }: PlannedFile, error: unknown): Partial<SyncCursor> {
  if (error instanceof NotUtf8) return { latin_files: [...cursor.latin_files, path] };
  return { bad_files: { ...cursor.bad_files, [path]: requireFileFault(error) } };
}

/** What is wrong with a file; throws errors that are not the file's again. */
function requireFileFault(error: unknown): string {
  if (error instanceof ObjectChanged) return "The file was deleted or replaced while it was read";
  if (!(error instanceof AppError) || (error.status !== 422 && error.status !== 400)) throw error;
  const [first] = error.errors;
  return first ? `The ${first.field} ${first.message}` : error.message;
}

const START = { offset: 0, line: 0, rows: 0, rejected: 0 };

// Only this file writes positions of these loads.
const readPosition = ({ position }: Load): FilesPosition =>
  (position as FilesPosition | null) ?? { ...START, file: 0, outcomes: [] };

function skip(load: Load, file: PlannedFile, { bad_files }: SyncCursor): Load {
  const { outcomes, file: index } = readPosition(load);
  const outcome = { path: file.path, rows: 0, rejected: 0, error: bad_files[file.path] ?? null };
  return { ...load, position: { ...START, file: index + 1, outcomes: [...outcomes, outcome] } satisfies FilesPosition };
}

/** Loads the rest of the file that the load is at; null when the slice is over. */
async function loadFile(
  ctx: Context,
  job: SyncRun,
  source: SourceRow,
  before: Load,
  cursor: SyncCursor,
): Promise<Load | null> {
  const { file: index } = readPosition(before);
  const planned = cursor.files?.[index];
  if (!planned) return before;
  const latin = cursor.latin_files.includes(planned.path);
  const file = await openFileRows(openPlanned(ctx, source, planned), planned.filename, { latin });
  // Columns exist even where all of their fields are empty.
  const columns = file.names.map((key) => ({ key }));
  const { read_texts } = file;
  let load: Load = { ...(await openLoad(ctx, { ...before.target, columns, read_texts })), position: before.position };
  for (let position = readPosition(load); position.file === index; position = readPosition(load)) {
    if (job.outOfTime()) return null;
    const isFirst = position.line === 0;
    const window = await file.read(isFirst ? null : position);
    const uploaded = new Date(planned.modified_at).toISOString();
    const stamps = { [FILE_COLUMN]: planned.path, [FILE_TIME_COLUMN]: uploaded, [LINE_COLUMN]: window.lines };
    const next = advance(position, planned, window);
    const batch = await loadRows(ctx, load, { rows: window.rows, position: next, stamps });
    const key = { source: source.name, path: planned.path };
    const kept = window.rejected.slice(0, Math.max(0, REJECTED_KEPT - position.rejected));
    await commitLoad(ctx, job, [
      ...(isFirst ? [deleteRejected(ctx.warehouse, key)] : []),
      ...batch.statements,
      ...kept.map((row) => insertRejected(ctx.warehouse, { ...key, ...row })),
    ]);
    load = batch.load;
    const progress = { message: `Loading ${planned.filename}`, processed_resources: load.row_count };
    const warnings = [
      ...(isFirst && file.warning !== null ? [warn(ctx, source.name, `${planned.filename} ${file.warning}`)] : []),
      ...warnOfOverflow(ctx, source.name, batch.overflow),
    ];
    await job.commit(warnings, { cursor, progress });
  }
  return load;
}

function advance(position: FilesPosition, { path }: PlannedFile, window: FileWindow): FilesPosition {
  const rows = position.rows + window.rows.length;
  const rejected = position.rejected + window.rejected_count;
  if (window.next !== null) return { ...position, ...window.next, rows, rejected };
  const outcomes = [...position.outcomes, { path, rows, rejected, error: null }];
  return { ...START, file: position.file + 1, outcomes };
}

/** Swaps the tables and records what became of each file, in one transaction. */
async function finishFiles(
  ctx: Context,
  job: SyncRun,
  source: SourceRow,
  load: Load,
  cursor: SyncCursor,
): Promise<FilesResult> {
  const { outcomes } = readPosition(load);
  const files = cursor.files ?? [];
  const errors = outcomes.flatMap(({ path, error }) => (error === null ? [] : [`${path}: ${error}`]));
  const rows = outcomes.reduce((sum, { path, rows: loaded }) => {
    const isNew = job.params.full_refresh || files.some((file) => file.path === path && file.changed);
    return isNew ? sum + loaded : sum;
  }, 0);
  if (load.finished) return { rows, errors };
  const keepsOld = load.row_count === 0 && errors.length > 0;
  const written = outcomes.flatMap((outcome) => {
    const file = files.find(({ path }) => path === outcome.path);
    return file && (!keepsOld || outcome.error !== null) ? [describeOutcome(ctx, source.name, file, outcome)] : [];
  });
  // Without a readable file, what people read stays. Uploads that are all deleted leave nothing, rightly; a bucket that
  // lists nothing may be a wrong prefix.
  const allow_empty_replace = isUploadType(source.type);
  const swap = keepsOld ? [] : finishLoad(ctx, load, { allow_empty_replace }).statements;
  const forgotten = keepsOld
    ? []
    : forgetOtherFiles(
        ctx.warehouse,
        source.name,
        files.map(({ path }) => path),
      );
  const columns = load.tables[0]?.columns.map(({ name }) => name) ?? [];
  await commitLoad(ctx, job, [...swap, ...forgotten, ...written]);
  await job.commit(keepsOld ? [] : warnOfDeduplication(ctx, source, columns), { cursor });
  return { rows, errors };
}

function describeOutcome(ctx: Context, source: string, file: PlannedFile, { rows, rejected, error }: FileOutcome) {
  return upsertLoadedFile(ctx.warehouse, {
    source,
    path: file.path,
    sha256: file.sha256,
    modified_at: file.modified_at,
    rows_loaded: rows,
    rows_rejected: rejected,
    status: error === null ? "success" : "failed",
    error_message: error,
    loaded_at: ctx.now(),
  });
}
