import type { Context } from "../../context.ts";
import { CANDLE_COLUMNS, type Candles, concatCandles, createCandles } from "../../formats/candles.ts";
import { packJsonArray } from "../../formats/gzip-array.ts";
import { jsonRows, writeRows } from "../../formats/json-rows.ts";
import { writeCandleFile } from "../../formats/parquet-writer.ts";
import { concatRows, createRows, lowerBound, mergeRows, sliceRows, type TimedRows } from "../../formats/timed-rows.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { putObject } from "../../platform/storage/objects.ts";
import { monthBounds, monthOf } from "./dates.ts";
import { readLakeFile } from "./lake-file.ts";
import { findManifestEntry, type ManifestRow } from "./manifest.store.ts";
import { monthPath, type SeriesIdentity, switchMonth } from "./month-entry.ts";
import { seriesColumns } from "./series-columns.ts";

interface MonthInput {
  series: SeriesIdentity;
  /** `2024-01`, UTC; rows outside it are left out. */
  month: string;
  /** New rows in any order, in the columns of the series; they replace stored rows of the same `ts`. */
  rows: TimedRows;
  /** Id of the job that writes. */
  origin: string;
  /** The month is over and every candle of it has been asked for: its JSON answer is stored beside the file. */
  sealed: boolean;
  /** Of rows that were computed: what they come from, kept with the file. */
  source?: string;
}

/** What `writeMonth` stored, and the statements that show it to readers. */
export interface WrittenMonth {
  path: string;
  /** To be run in one transaction with whatever else must become true; empty when there is nothing to show. */
  statements: Statement[];
  row_count: number;
  size_bytes: number;
  time_from: number | null;
  time_to: number | null;
}

/** A month of more rows is computed on each read: its JSON would not fit the memory of one isolate. */
const STORED_ANSWER_ROWS = 100_000;

/** Rows by month (UTC), months ascending, as views on the same memory; they must be sorted by `ts`. */
export function splitByMonth(rows: TimedRows): { month: string; rows: TimedRows }[] {
  const parts: { month: string; rows: TimedRows }[] = [];
  for (let next = rows.ts.at(0); next !== undefined;) {
    const month = monthOf(next);
    const { from, to } = monthBounds(month);
    parts.push({ month, rows: sliceRows(rows, from, to) });
    next = rows.ts.at(lowerBound(rows.ts, to));
  }
  return parts;
}

/**
 * Merges new rows into the file of a month and stores the result as new objects. Readers go on seeing the old file
 * until the caller has run the statements. A month without any row has no file.
 */
export async function writeMonth(ctx: Context, input: MonthInput): Promise<WrittenMonth> {
  const path = monthPath(input.series, input.month);
  const { from, to } = monthBounds(input.month);
  const [entry] = await findManifestEntry(ctx.db, path);
  const stored = await readMonth(ctx, entry, seriesColumns(input.series), { from, to });
  const rows = sliceRows(mergeRows(stored, input.rows), from, to);
  if (rows.ts.length === 0)
    return { path, statements: [], row_count: 0, size_bytes: 0, time_from: null, time_to: null };

  const { bytes, footer_bytes, row_count, time_from, time_to } = writeCandleFile(rows);
  const { origin } = input;
  const file = await putObject(ctx, { path, bytes, content_type: "application/vnd.apache.parquet", origin });
  const answer = input.sealed && row_count <= STORED_ANSWER_ROWS ? await putAnswer(ctx, path, rows, origin) : null;
  const content = { row_count, time_from, time_to, footer_bytes };
  const { series, sealed, source } = input;
  const statements = switchMonth(ctx, { series, entry, file, content, answer, sealed, source, origin });
  return { path, statements, row_count, size_bytes: file.size_bytes, time_from, time_to };
}

async function readMonth(
  ctx: Context,
  entry: ManifestRow | undefined,
  columns: readonly ["ts", ...string[]],
  { from, to }: { from: number; to: number },
): Promise<TimedRows> {
  const pieces: TimedRows[] = [];
  for await (const rows of entry ? readLakeFile(ctx, entry, { from, to, columns }) : []) {
    pieces.push({ ...createRows(columns, 0), ...Object.fromEntries(rows) });
  }
  return concatRows(columns, pieces);
}

/** All candles of a stored file within `[from, to)`. */
export async function readCandles(
  ctx: Context,
  entry: ManifestRow,
  { from, to }: { from: number; to: number },
): Promise<Candles> {
  const pieces: Candles[] = [];
  for await (const rows of readLakeFile(ctx, entry, { from, to, columns: CANDLE_COLUMNS })) {
    pieces.push({ ...createCandles(0), ...Object.fromEntries(rows) });
  }
  return concatCandles(pieces);
}

/** The answer of `/read` to exactly this month, packed. */
function putAnswer(ctx: Context, parquetPath: string, month: TimedRows, origin: string) {
  const rows = writeRows(new Map(Object.entries(month)), jsonRows, { from: 0, to: month.ts.length });
  const bytes = packJsonArray(rows.subarray(0, -1));
  const path = parquetPath.replace(/\.parquet$/, ".json.gz");
  return putObject(ctx, { path, bytes, content_type: "application/gzip", origin });
}
