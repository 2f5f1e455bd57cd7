import type { Context } from "../../context.ts";
import type { CsvRows } from "../../formats/csv.ts";
import { pickRows, type Table } from "../../formats/table.ts";
import type { FileScan } from "./ingest-file-scan.ts";
import { type CsvPosition, type CsvSource, readCsv } from "./ingest-file-source.ts";

/**
 * Ends a batch of ticks before the last instant of it: equal trades of one instant are told from a second reading of
 * one trade only while they are together.
 */
export function holdBack(rows: CsvRows, offset: number, next: CsvPosition): CsvPosition {
  const ts = timesOf(rows);
  let kept = rows.row_count;
  while (kept > 0 && ts[kept - 1] === ts[rows.row_count - 1]) kept -= 1;
  if (kept === 0) return next;
  const position = { offset: offset + (rows.starts[kept] ?? 0), line: rows.lines[kept] ?? next.line };
  rows.row_count = kept;
  return position;
}

/** The latest time of the rows; `latest` when it is later, or when there are none. */
export function latestTime(pieces: readonly CsvRows[], latest: number | null): number | null {
  return pieces.reduce((found, rows) => timesOf(rows).reduce((a, b) => Math.max(a, b), found), latest ?? -Infinity);
}

/**
 * Rows of the file before `end` that share a time with a later batch of it, where equal trades lie too far apart to be
 * together. Reads nothing when all times of the batch come after `latest`, as they do in a file that is sorted.
 */
export async function findEarlierRows(
  ctx: Context,
  source: CsvSource,
  scan: FileScan,
  batch: { pieces: readonly CsvRows[]; end: CsvPosition; latest: number | null },
): Promise<Table[]> {
  const { pieces, end, latest } = batch;
  const shared = new Set(pieces.flatMap((rows) => [...timesOf(rows).filter((ts) => ts <= (latest ?? -Infinity))]));
  if (shared.size === 0) return [];
  const start = { offset: scan.dialect.data_offset, line: scan.dialect.data_line };
  const found: Table[] = [];
  for await (const { rows, offset, next } of readCsv(ctx, source, scan.dialect, scan.columns, start)) {
    const ts = timesOf(rows);
    const wanted = [...ts.keys()].filter(
      (row) => shared.has(ts[row] ?? Number.NaN) && offset + (rows.starts[row] ?? 0) < end.offset,
    );
    if (wanted.length > 0) found.push(pickRows(rows.columns, wanted));
    if (next.offset >= end.offset) break;
  }
  return found;
}

function timesOf({ columns, row_count }: CsvRows): Float64Array {
  const ts = columns.get("ts");
  return ts instanceof Float64Array ? ts.subarray(0, row_count) : new Float64Array();
}
