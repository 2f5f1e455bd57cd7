import { badRequest } from "../errors.ts";

/** Names of column types as pandas has them; `object` holds texts and everything mixed. */
export type Dtype = "int64" | "float64" | "bool" | "datetime64[ns]" | "object";

export interface TableColumn {
  name: string;
  /** How it is read and plotted. */
  dtype: Dtype;
  /** The name that pandas has for its type, where that is another, such as `int32` or `category`. */
  pandas_dtype?: string;
}

/** Some rows of a table, valid until the next batch is asked for; columns are named by their position. */
export interface TableBatch {
  row_count: number;
  /** The first rows as JSON values in the order of the columns. */
  firstRows(limit: number): Promise<unknown[][]>;
  /**
   * A column as doubles, NaN where a value is missing, times in ms UTC; null when it holds something else, and for more
   * than `MOST_ROWS_OF_BATCH`.
   */
  numbers(column: number): Promise<Float64Array | null>;
  /** A column as JSON values. Throws `batchTooLarge` for more than `MOST_ROWS_OF_BATCH`. */
  cells(column: number): Promise<unknown[]>;
}

/** A table of any format that is read once, batch by batch, in its order of rows. */
export interface TableSource {
  batches(): AsyncIterable<TableBatch>;
  /** As far as they are known; final after the last batch. */
  columns(): TableColumn[];
}

/** A column of a larger batch would not fit beside what else is in memory. */
export const MOST_ROWS_OF_BATCH = 1_048_576;

/** 400 `DESERIALIZATION_ERROR` for a file whose parts are too large to be read. */
export const batchTooLarge = () =>
  badRequest(
    `The file has a group of more than ${MOST_ROWS_OF_BATCH} rows, which cannot be plotted`,
    "DESERIALIZATION_ERROR",
  );

const TIME_NAME = /^(ts|time|timestamp|date|datetime|open_time)$/i;

/** Position of the column that tells the time of a row: the first of its type, else the first of such a name; or -1. */
export function findTimeColumn(columns: readonly TableColumn[]): number {
  const typed = columns.findIndex(({ dtype }) => dtype === "datetime64[ns]");
  return typed === -1 ? columns.findIndex(({ name }) => TIME_NAME.test(name.trim())) : typed;
}

/** The narrowest type that all values have; JSON knows of no times. */
export function dtypeOf(values: Iterable<unknown>): Dtype {
  let dtype: Dtype | null = null;
  let missing = false;
  for (const value of values) {
    if (value === null || value === undefined) {
      missing = true;
      continue;
    }
    dtype = widerDtype(dtype ?? dtypeOfValue(value), dtypeOfValue(value));
  }
  if (dtype === null) return "float64";
  return missing ? withGaps(dtype) : dtype;
}

/** The type of a column whose parts have these two. */
export function widerDtype(one: Dtype, other: Dtype): Dtype {
  if (one === other) return one;
  const numeric = [one, other].every((dtype) => dtype === "int64" || dtype === "float64");
  return numeric ? "float64" : "object";
}

/** What a type becomes where values are missing: whole numbers and truth values have no sign for that. */
export function withGaps(dtype: Dtype): Dtype {
  if (dtype === "int64") return "float64";
  return dtype === "bool" ? "object" : dtype;
}

function dtypeOfValue(value: unknown): Dtype {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return "object";
}
