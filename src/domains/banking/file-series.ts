import type { Context } from "../../context.ts";
import { badRequest } from "../../errors.ts";
import type { TableHead } from "../../formats/preview-file.ts";
import {
  type LabelledSeries,
  labelPlaces,
  notPlottable,
  numericColumns,
  scanSeries,
  styleOfTimes,
  timesOf,
} from "../../formats/series.ts";
import { findTimeColumn, type TableColumn, type TableSource } from "../../formats/table-source.ts";
import { readPreview, readSeries } from "../../platform/storage/sidecars.ts";
import type { DataFileRow } from "./data-file.store.ts";
import { requireFile, requireReadableSize } from "./data-files.ts";
import { readTable } from "./file-table.ts";

interface SeriesRequest {
  y: string;
  /** The column of times, or else the row numbers, when absent. */
  x?: string | undefined;
  max_points: number;
}

/** Rows by which the style of a column of times is known. */
const STYLED_ROWS = 50;

/**
 * Two columns of a file of the caller as a line whose extremes and ends are kept. Throws 400 `DESERIALIZATION_ERROR`
 * for a `y` that is no column of numbers, naming those there are, and for an `x` that is no column.
 */
export async function plotFile(ctx: Context, filename: string, request: SeriesRequest) {
  const file = await requireFile(ctx, filename);
  requireReadableSize(file);
  const { y, max_points } = request;
  const series =
    (await readStored(ctx, file, request)) ?? (await readTable(ctx, file, (source) => scan(source, request)));
  return {
    x: series.x,
    y: series.y,
    meta: {
      y_column: y,
      x_column: series.x_column,
      n_points: Math.min(series.y.length, max_points),
      total_points: series.point_count,
    },
  };
}

interface FoundSeries extends LabelledSeries {
  x_column: string | null;
}

/** The series from what lies beside the file; null where that does not answer the question. */
async function readStored(
  ctx: Context,
  { object_key }: DataFileRow,
  { x, y, max_points }: SeriesRequest,
): Promise<FoundSeries | null> {
  const head = await readPreview(ctx, object_key, { limit: STYLED_ROWS, offset: 0 });
  if (!head) return null;
  requirePlottable(head.columns, y);
  const wanted = x ?? head.columns[findTimeColumn(head.columns)]?.name ?? null;
  if (x !== undefined) requireColumn(head.columns, x);
  const line = await readSeries(ctx, object_key, { column: y, points: max_points });
  if (!line || line.x_name !== wanted) return null;
  const column = head.columns.findIndex(({ name }) => name === wanted);
  const labels = labelsOf(head, column, line.x);
  if (!labels) return null;
  return { x: labels, y: Array.from(line.y), point_count: line.point_count, x_column: line.x_name };
}

function labelsOf({ columns, rows }: TableHead, column: number, places: Float64Array): string[] | null {
  const dtype = columns[column]?.dtype;
  if (dtype === "datetime64[ns]") return labelPlaces(places, timesOf(places));
  if (dtype !== "object") return labelPlaces(places, null);
  const style = styleOfTimes(rows.map((row) => row[column]));
  return style === null ? null : labelPlaces(places, style);
}

async function scan(source: TableSource, { x, y, max_points }: SeriesRequest): Promise<FoundSeries> {
  // The columns of JSON are known once its first rows are read.
  for await (const _ of source.batches()) break;
  const columns = source.columns();
  requirePlottable(columns, y);
  const place = x === undefined ? findTimeColumn(columns) : requireColumn(columns, x);
  const found = await scanSeries(source, {
    x: place === -1 ? null : place,
    y: columns.findIndex(({ name }) => name === y),
    max_points,
  });
  return { ...found, x_column: columns[place]?.name ?? null };
}

function requirePlottable(columns: readonly TableColumn[], y: string): void {
  if (!numericColumns(columns).includes(y)) throw notPlottable(y, columns);
}

function requireColumn(columns: readonly TableColumn[], x: string): number {
  const index = columns.findIndex(({ name }) => name === x);
  if (index !== -1) return index;
  const known = columns.map(({ name }) => name).join(", ");
  throw badRequest(`Column '${x}' is not in the file: its columns are ${known}`, "DESERIALIZATION_ERROR");
}
