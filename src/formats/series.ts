import { badRequest } from "../errors.ts";
import { createColumnPyramid, drawLine, type Points } from "./pyramid.ts";
import { batchTooLarge, type TableBatch, type TableColumn, type TableSource } from "./table-source.ts";
import { labelPlaces, timesOf } from "./time-labels.ts";

/** A column of numbers as a line, its places as texts. */
export interface LabelledSeries {
  x: string[];
  y: number[];
  /** Rows that have both a place and a value. */
  point_count: number;
}

/** Names that plots can be made of. */
export const numericColumns = (columns: readonly TableColumn[]) => columns.filter(isNumeric).map(({ name }) => name);

const isNumeric = ({ dtype }: Pick<TableColumn, "dtype">) => dtype === "int64" || dtype === "float64";

/** 400 `DESERIALIZATION_ERROR` naming the columns that can be plotted. */
export function notPlottable(column: string, columns: readonly TableColumn[]) {
  const known = numericColumns(columns);
  const hint = known.length > 0 ? `the numeric columns are ${known.join(", ")}` : "the file has no numeric column";
  return badRequest(`Column '${column}' cannot be plotted: ${hint}`, "DESERIALIZATION_ERROR");
}

/** So many are copied on the way, not a whole batch. */
const ROWS_AT_ONCE = 16_384;

interface SeriesColumns {
  /** Position of the column of places; null for row numbers. */
  x: number | null;
  y: number;
  max_points: number;
}

/**
 * A line of at most `max_points` points by reading the table once, twice where `x` holds texts, and once more where
 * these come after numbers. Rows without a place or a value are left out. Throws 400 for a `y` that is no number.
 */
export async function scanSeries(source: TableSource, request: SeriesColumns): Promise<LabelledSeries> {
  const { x, y, max_points } = request;
  const builder = createColumnPyramid(2 * Math.ceil(max_points / 2));
  let row = 0;
  let hadNumbers = false;
  for await (const batch of source.batches()) {
    const values = await batch.numbers(y);
    const columns = source.columns();
    const column = columns[y];
    if (!values) throw column && isNumeric(column) ? batchTooLarge() : notPlottable(column?.name ?? "", columns);
    hadNumbers ||= !isText(columns[x ?? -1]);
    const places = await placesOf(batch, columns, x, row);
    for (let from = 0; from < values.length; from += ROWS_AT_ONCE) {
      const part = (numbers: Float64Array) => numbers.subarray(from, from + ROWS_AT_ONCE);
      const points = pointsOf(part(values), places && part(places), row + from);
      builder.add(points.y, points.x);
    }
    row += batch.row_count;
  }
  const column = source.columns()[x ?? -1];
  // The numbers of earlier rows are no row numbers; the types are final now.
  if (hadNumbers && isText(column)) return scanSeries(source, request);
  const pyramid = builder.finish();
  const { point_count } = pyramid;
  const line = drawLine(pyramid, max_points);
  const y_values = Array.from(line.y);
  if (x !== null && isText(column)) return { x: await pickTexts(source, x, line.x), y: y_values, point_count };
  return {
    x: labelPlaces(line.x, column?.dtype === "datetime64[ns]" ? timesOf(line.x) : null),
    y: y_values,
    point_count,
  };
}

/** Rows with a value and a place, which alone take room on the line. */
function pointsOf(values: Float64Array, places: Float64Array | null, before: number): Points {
  const x = new Float64Array(values.length);
  const y = new Float64Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const place = places === null ? before + row : (places[row] as number);
    if (!Number.isFinite(values[row]) || Number.isNaN(place)) continue;
    x[count] = place;
    y[count++] = values[row] as number;
  }
  return { x: x.subarray(0, count), y: y.subarray(0, count) };
}

const isText = (column: TableColumn | undefined) => column?.dtype === "object" || column?.dtype === "bool";

/** Row numbers stand in for texts; NaN where there is none. */
async function placesOf(batch: TableBatch, columns: readonly TableColumn[], x: number | null, before: number) {
  if (x === null) return null;
  if (!isText(columns[x])) {
    const places = await batch.numbers(x);
    if (!places) throw batchTooLarge();
    return places;
  }
  const cells = await batch.cells(x);
  return Float64Array.from(cells, (cell, index) => (cell === null || cell === "" ? Number.NaN : before + index));
}

/** The texts of a column in these rows, which are in order. */
async function pickTexts(source: TableSource, column: number, rows: Float64Array): Promise<string[]> {
  const texts: string[] = [];
  let before = 0;
  for await (const batch of source.batches()) {
    const end = before + batch.row_count;
    if ((rows[texts.length] ?? Number.POSITIVE_INFINITY) < end) {
      const cells = await batch.cells(column);
      for (let row = rows[texts.length]; row !== undefined && row < end; row = rows[texts.length]) {
        const cell = cells[row - before];
        texts.push(typeof cell === "object" ? JSON.stringify(cell) : String(cell));
      }
    }
    before = end;
  }
  return texts;
}
