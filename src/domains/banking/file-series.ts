import type { Context } from "../../context.ts";
import { badRequest } from "../../errors.ts";
import { type LabelledSeries, notPlottable, numericColumns, scanSeries } from "../../formats/series.ts";
import { type Dtype, findTimeColumn, type TableColumn, type TableSource } from "../../formats/table-source.ts";
import { labelPlaces, timesOf } from "../../formats/time-labels.ts";
import { readPreview, readSeries, type Series } from "../../platform/storage/sidecars.ts";
import type { DataFileRow } from "./data-file.store.ts";
import { requireFile, requireReadableSize } from "./data-files.ts";
import { readTable } from "./file-table.ts";

interface SeriesRequest {
  y: string;
  /** The column of times, or else the row numbers, when absent. */
  x?: string | undefined;
  max_points: number;
}

/**
 * Two columns of a file of the caller as a line whose extremes and ends are kept. Throws 400 `DESERIALIZATION_ERROR`
 * for a `y` that is no column of numbers, naming those there are, and for an `x` that is no column.
 */
export async function plotFile(ctx: Context, filename: string, request: SeriesRequest) {
  const file = await requireFile(ctx, filename);
  requireReadableSize(file);
  const { y } = request;
  const series =
    (await readStored(ctx, file, request)) ?? (await readTable(ctx, file, (source) => scan(source, request)));
  return {
    x: series.x,
    y: series.y,
    meta: {
      y_column: y,
      x_column: series.x_column,
      n_points: series.y.length,
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
  const head = await readPreview(ctx, object_key, { limit: 0, offset: 0 });
  if (!head) return null;
  requirePlottable(head.columns, y);
  const wanted = x ?? head.columns[findTimeColumn(head.columns)]?.name ?? null;
  if (x !== undefined) requireColumn(head.columns, x);
  const line = await readSeries(ctx, object_key, { column: y, points: max_points });
  if (!line || line.x_name !== wanted) return null;
  const isThinned = line.y.length < line.point_count;
  if (isThinned && line.point_count <= max_points) return null;
  const labels = labelsOf(line, head.columns.find(({ name }) => name === wanted)?.dtype);
  if (!labels) return null;
  return { x: labels, y: Array.from(line.y), point_count: line.point_count, x_column: line.x_name };
}

/** The places as texts; null for times in texts of several styles, which only the file has. */
function labelsOf({ x, x_style }: Series, dtype: Dtype | undefined): string[] | null {
  if (dtype === "datetime64[ns]") return labelPlaces(x, timesOf(x));
  if (dtype !== "object") return labelPlaces(x, null);
  return x_style === undefined ? null : labelPlaces(x, x_style);
}

async function scan(source: TableSource, { x, y, max_points }: SeriesRequest): Promise<FoundSeries> {
  if (source.columns().length === 0) await readFirstRows(source);
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

/** The columns of JSON are known only then. */
async function readFirstRows(source: TableSource): Promise<void> {
  for await (const _ of source.batches()) break;
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
