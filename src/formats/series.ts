import { badRequest } from "../errors.ts";
import { createColumnPyramid, drawLine } from "./pyramid.ts";
import type { TableBatch, TableColumn, TableSource } from "./table-source.ts";

/** A column of numbers as a line, its places as texts. */
export interface LabelledSeries {
  x: string[];
  y: number[];
  /** Rows that have both a place and a value. */
  point_count: number;
}

/** Names that plots can be made of. */
export const numericColumns = (columns: readonly TableColumn[]) =>
  columns.filter(({ dtype }) => dtype === "int64" || dtype === "float64").map(({ name }) => name);

/** 400 `DESERIALIZATION_ERROR` naming the columns that can be plotted. */
export function notPlottable(column: string, columns: readonly TableColumn[]) {
  const known = numericColumns(columns);
  const hint = known.length > 0 ? `the numeric columns are ${known.join(", ")}` : "the file has no numeric column";
  return badRequest(`Column '${column}' cannot be plotted: ${hint}`, "DESERIALIZATION_ERROR");
}

/**
 * A line of at most `max_points` points by reading the table once, or twice where `x` holds texts; `x` is a column's
 * position, null for row numbers. Rows without a place or a value are left out. Throws 400 for a `y` that is no number.
 */
export async function scanSeries(
  source: TableSource,
  { x, y, max_points }: { x: number | null; y: number; max_points: number },
): Promise<LabelledSeries> {
  const builder = createColumnPyramid(2 * Math.ceil(max_points / 2));
  let row = 0;
  for await (const batch of source.batches()) {
    const values = await batch.numbers(y);
    const columns = source.columns();
    if (!values) throw notPlottable(columns[y]?.name ?? "", columns);
    builder.add(values, await placesOf(source, batch, x, row));
    row += batch.row_count;
  }
  const pyramid = builder.finish();
  const { point_count } = pyramid;
  const line = drawLine(pyramid, max_points);
  const y_values = Array.from(line.y);
  const column = source.columns()[x ?? -1];
  if (x !== null && isText(column)) return { x: await pickTexts(source, x, line.x), y: y_values, point_count };
  return {
    x: labelPlaces(line.x, column?.dtype === "datetime64[ns]" ? timesOf(line.x) : null),
    y: y_values,
    point_count,
  };
}

/** How times are written as texts. */
type TimeStyle = "date" | "T" | " " | "TZ" | " Z";

const STYLES: Record<string, TimeStyle> = {
  "0000-00-00": "date",
  "0000-00-00T00:00:00": "T",
  "0000-00-00 00:00:00": " ",
  "0000-00-00T00:00:00Z": "TZ",
  "0000-00-00 00:00:00Z": " Z",
};

/** The style that all these texts have; null when they differ, or have one that would not be found again. */
export function styleOfTimes(texts: readonly unknown[]): TimeStyle | null {
  const styles = new Set(texts.map((text) => (typeof text === "string" ? text.replaceAll(/\d/g, "0") : "")));
  const [style = ""] = styles;
  return styles.size === 1 ? (STYLES[style] ?? null) : null;
}

/** Times of a column of their own type: dates where none has a time of day. */
export const timesOf = (places: Float64Array): TimeStyle =>
  places.every((place) => place % DAY_MS === 0) ? "date" : "T";

const DAY_MS = 86_400_000;

/** Places on the x axis as texts: times, in ms UTC, in a style, and numbers as they are. */
export function labelPlaces(places: Float64Array, style: TimeStyle | null): string[] {
  return Array.from(places, style === null ? String : (place) => timeText(place, style));
}

function timeText(ms: number, style: TimeStyle): string {
  const text = new Date(ms).toISOString();
  if (style === "date") return text.slice(0, 10);
  const time = text.endsWith(".000Z") ? text.slice(0, 19) : text.slice(0, 23);
  return `${time.replace("T", style.slice(0, 1))}${style.slice(1)}`;
}

const isText = (column: TableColumn | undefined) => column?.dtype === "object" || column?.dtype === "bool";

/** Row numbers stand in for texts; NaN where there is none. */
async function placesOf(source: TableSource, batch: TableBatch, x: number | null, before: number) {
  if (x === null) return null;
  if (!isText(source.columns()[x])) return batch.numbers(x);
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
