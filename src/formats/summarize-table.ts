import type { TableHead } from "./preview-file.ts";
import { type ColumnPyramid, type ColumnPyramidBuilder, createColumnPyramid } from "./pyramid.ts";
import { findTimeColumn, type TableBatch, type TableSource } from "./table-source.ts";
import { styleOfTimes, type TimeStyle } from "./time-labels.ts";

/** What one reading of a table leaves for later readers. */
export interface TableSummary {
  head: TableHead;
  /** Of the columns of numbers, against `x`, the time column, or the row number where that is null. */
  pyramids: {
    x: string | null;
    /** How the texts of `x` are written, where it has any and all are alike. */
    x_style: TimeStyle | null;
    columns: Map<string, ColumnPyramid>;
  };
}

export const ROWS_HELD = 5000;
/** Rows are held until their texts are as long as this. */
const HELD_CHARACTERS = 2 * 1024 * 1024;
/** Of all pyramids of a table; 16 columns have full resolution, more share it. */
const PYRAMID_BYTES = 8 * 1024 * 1024;
/** Full resolution: at least 8,192 buckets of a long table, each of which gives two points. */
const MOST_BUCKETS = 16_384;
const LEAST_BUCKETS = 256;
const BUCKET_BYTES = 32;
/** Columns beyond have none: their series are read from the file. */
const MOST_PYRAMIDS = PYRAMID_BYTES / (LEAST_BUCKETS * BUCKET_BYTES);

/** Reads a table through, a batch in memory at a time. Throws what the source throws. */
export async function summarizeTable(source: TableSource): Promise<TableSummary> {
  const rows: unknown[][] = [];
  let characters = 0;
  let row_count = 0;
  let pyramids: Pyramids | null = null;
  for await (const batch of source.batches()) {
    if (rows.length === row_count && rows.length < ROWS_HELD && characters < HELD_CHARACTERS) {
      for (const row of await batch.firstRows(ROWS_HELD - rows.length)) {
        characters += JSON.stringify(row).length;
        if (characters > HELD_CHARACTERS) break;
        rows.push(row);
      }
    }
    pyramids ??= await openPyramids(source, batch);
    await addBatch(pyramids, batch);
    row_count += batch.row_count;
  }
  const columns = source.columns();
  return { head: { columns, row_count, rows }, pyramids: finish(pyramids) };
}

interface Pyramids {
  /** Null where the first rows have no times: the row number then takes their place. */
  time: { column: number; name: string } | null;
  /** Of the texts of the time column so far; null for a column that has none, or several styles. */
  style: TimeStyle | null | undefined;
  builders: Map<number, { name: string; builder: ColumnPyramidBuilder }>;
}

async function openPyramids(source: TableSource, batch: TableBatch): Promise<Pyramids> {
  const columns = source.columns();
  const column = findTimeColumn(columns);
  const time = column !== -1 && (await batch.numbers(column)) ? { column, name: columns[column]?.name ?? "" } : null;
  const numeric = [...columns.entries()].filter(([, { dtype }]) => dtype === "int64" || dtype === "float64");
  numeric.splice(MOST_PYRAMIDS);
  const share = Math.floor(PYRAMID_BYTES / BUCKET_BYTES / Math.max(1, numeric.length));
  const buckets = Math.max(LEAST_BUCKETS, Math.min(MOST_BUCKETS, 2 ** Math.floor(Math.log2(share))));
  const builders = numeric.map(
    ([index, { name }]) => [index, { name, builder: createColumnPyramid(buckets) }] as const,
  );
  const style = time && columns[column]?.dtype === "object" ? undefined : null;
  return { time, style, builders: new Map(builders) };
}

async function addBatch(pyramids: Pyramids, batch: TableBatch): Promise<void> {
  const { time, builders } = pyramids;
  const x = time && (await batch.numbers(time.column));
  // Earlier places were times: a table whose time column turns out to be none has no pyramid.
  if (time && !x) builders.clear();
  if (time && x && pyramids.style !== null) {
    pyramids.style = styleOfTimes(await batch.cells(time.column), pyramids.style);
  }
  for (const [column, { builder }] of builders) {
    const values = column === time?.column ? x : await batch.numbers(column);
    if (values) builder.add(values, x);
    else builders.delete(column);
  }
}

function finish(pyramids: Pyramids | null): TableSummary["pyramids"] {
  const built = [...(pyramids?.builders.values() ?? [])];
  return {
    x: pyramids?.time?.name ?? null,
    x_style: pyramids?.style ?? null,
    columns: new Map(built.map(({ name, builder }) => [name, builder.finish()])),
  };
}
