import type { Context } from "../../context.ts";
import { conflict } from "../../errors.ts";
import { castCell, joinColumns, type KindedColumn, kindsOf } from "../../formats/reports/column-kinds.ts";
import { findNewRows } from "../../formats/reports/new-rows.ts";
import { type ReportCell, type ReportTable, reportTooLarge } from "../../formats/reports/report.ts";
import { createReportFile, openReportFile, type ReportFile } from "../../formats/reports/report-file.ts";
import { groupRows } from "../../formats/reports/row-groups.ts";
import { writeFileSidecars } from "../../platform/storage/file-sidecars.ts";
import type { StoredObject } from "../../platform/storage/objects.ts";
import { storedReader } from "../../platform/storage/ranges.ts";
import { createObjectWriter, discardObject } from "../../platform/storage/stream-writer.ts";
import { uploadKey } from "../../platform/storage/upload-keys.ts";
import { type DataFileRow, findDataFile } from "./data-file.store.ts";
import { originOf } from "./erase.store.ts";

/** What merging a table makes of a data file, before any row says so. */
export interface Merge {
  filename: string;
  /** The file that was read; null when there was none. */
  before: DataFileRow | null;
  /** What takes its place; null when it has all rows already. */
  after: { object: StoredObject; sidecars: string[] } | null;
  rows: number;
  new_rows: number;
}

interface MergeInput {
  owner: string;
  filename: string;
  table: ReportTable;
}

export const PARQUET_TYPE = "application/vnd.apache.parquet";
/** Of a data file: a footer names each of them once for every row group. */
const MOST_COLUMNS = 500;
const LONGEST_WRITE_BYTES = 1024 ** 2;

/**
 * Writes the rows of a data file and those of a table that it lacks as a new object, with its sidecars. Only the table is
 * in memory as a whole. Throws 409 `FILE_EXISTS` when a file of other origin has the name, and 413 for too many columns.
 */
export async function mergeTable(ctx: Context, { owner, filename, table }: MergeInput): Promise<Merge> {
  const origin = originOf(owner);
  const [before = null] = await findDataFile(ctx.db, owner, filename);
  const stored = before && (await openReportFile(storedReader(ctx, before)));
  if (before && !stored) {
    throw conflict(
      `Your file '${filename}' is in the place of the collected rows: delete it or rename it`,
      "FILE_EXISTS",
    );
  }
  const known = stored?.columns ?? [];
  const columns = joinColumns(known, kindsOf(table));
  if (columns.length > MOST_COLUMNS)
    throw reportTooLarge(`would give your file '${filename}' more than ${MOST_COLUMNS} columns`);
  const found = findNewRows(
    table,
    known.map(({ name }) => name),
  );
  if (stored) for await (const row of stored.rows()) found.meet(row);
  const added = found.left();
  const [rows, new_rows] = [table.rows.length, added.length];
  if (stored && added.length === 0 && sameColumns(known, columns))
    return { filename, before, after: null, rows, new_rows };
  const fresh = { columns: table.columns, rows: added };
  const object = await writeMerged(ctx, { filename, origin, columns }, mergedRows(stored, fresh, columns));
  const sidecars = await writeFileSidecars(ctx, { object, filename, origin });
  return { filename, before, after: { object, sidecars }, rows, new_rows };
}

/** Leaves nothing of a merge that no row names. */
export async function discardMerge(ctx: Context, { after }: Merge): Promise<void> {
  if (!after) return;
  for (const key of [after.object.key, ...after.sidecars]) await discardObject(ctx, key);
}

function sameColumns(one: readonly KindedColumn[], other: readonly KindedColumn[]): boolean {
  return one.length === other.length && one.every(({ kind }, index) => kind === other[index]?.kind);
}

/** The rows of the file, then the new ones, as wide as all columns. */
async function* mergedRows(
  stored: ReportFile | null,
  fresh: Pick<ReportTable, "columns" | "rows">,
  columns: readonly KindedColumn[],
): AsyncGenerator<ReportCell[]> {
  // Columns of the file keep their places.
  if (stored)
    for await (const row of stored.rows()) yield columns.map(({ kind }, index) => castCell(row[index] ?? null, kind));
  const places = columns.map(({ name }) => fresh.columns.indexOf(name));
  for (const row of fresh.rows)
    yield columns.map(({ kind }, index) => castCell(row[places[index] ?? -1] ?? null, kind));
}

async function writeMerged(
  ctx: Context,
  { filename, origin, columns }: { filename: string; origin: string; columns: readonly KindedColumn[] },
  rows: AsyncIterable<ReportCell[]>,
): Promise<StoredObject> {
  const writer = createObjectWriter(ctx, { key: uploadKey(filename), content_type: PARQUET_TYPE, origin });
  const file = createReportFile(columns);
  const write = async (bytes: Uint8Array) => {
    for (let from = 0; from < bytes.byteLength; from += LONGEST_WRITE_BYTES) {
      await writer.ready();
      writer.write(bytes.subarray(from, from + LONGEST_WRITE_BYTES));
    }
  };
  try {
    for await (const group of groupRows(rows)) await write(file.write(group));
    await write(file.finish());
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
