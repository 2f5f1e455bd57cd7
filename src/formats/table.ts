/** A column: numbers with NaN for a missing one, or texts. */
export type TableValues = Float64Array | string[];

/** Columns of equal length by name, in the order in which a row prints them. */
export type TableColumns = ReadonlyMap<string, TableValues>;

/** Columns of equal length by name; `ts`, in ms UTC, is the one that tables are sorted by. */
export interface Table {
  row_count: number;
  columns: Map<string, TableValues>;
}

export const emptyTable = (): Table => ({ row_count: 0, columns: new Map() });

/** The times of a table; empty without a column `ts`. */
export function timesOf({ columns }: Table): Float64Array {
  const ts = columns.get("ts");
  return ts instanceof Float64Array ? ts : new Float64Array();
}

/**
 * The rows of both, sorted by `ts`. A row is never stored twice for being read twice, but rows that one table repeats
 * are kept: trades of one instant may be equal in every column. A table that comes in parts is one table: `earlier` are
 * rows of its parts that `older` has already, and none of `newer` stands for one of them. Columns that only one has are
 * missing in the other's rows; a column of texts in one is a column of texts in all.
 */
export function mergeTables(older: Table, newer: Table, earlier: Table = emptyTable()): Table {
  const columns = alignColumns([older, newer, earlier]);
  const newFrom = older.row_count;
  const newTo = newFrom + newer.row_count;
  const seen = new Map<string, number>();
  const keyOf = (row: number) => JSON.stringify(columns.map(([, values]) => values[row]));
  // Most stored rows have a time of their own: only the others can be equal to a new one.
  const times = new Set(timesOf(newer));
  const ts = timesOf({ row_count: 0, columns: new Map(columns) });
  const count = (row: number, by: number) => {
    if (!times.has(ts[row] ?? Number.NaN)) return;
    const key = keyOf(row);
    seen.set(key, (seen.get(key) ?? 0) + by);
  };
  for (let row = 0; row < newFrom; row++) count(row, 1);
  for (let row = newTo; row < newTo + earlier.row_count; row++) count(row, -1);
  const kept = Array.from({ length: newFrom }, (_, row) => row);
  for (let row = newFrom; row < newTo; row++) {
    const key = keyOf(row);
    const left = seen.get(key) ?? 0;
    if (left > 0) seen.set(key, left - 1);
    else kept.push(row);
  }
  kept.sort((a, b) => (ts[a] ?? 0) - (ts[b] ?? 0) || a - b);
  return pickRows(columns, kept);
}

/** The values from row `from` up to row `to` (exclusive); numbers as a view on the same memory. */
export function sliceValues<Values extends TableValues>(values: Values, from: number, to: number): Values {
  // Both ways give what they were given: a column of numbers or one of texts.
  return (values instanceof Float64Array ? values.subarray(from, to) : values.slice(from, to)) as Values;
}

/** Stretches of one column one behind the other: texts when one of them has texts. */
export function joinValues(parts: readonly TableValues[]): TableValues {
  const numbers = parts.filter((values) => values instanceof Float64Array);
  if (numbers.length < parts.length) {
    return parts.flatMap((values) => Array.from({ length: values.length }, (_, row) => textAt(values, row)));
  }
  const joined = new Float64Array(numbers.reduce((sum, values) => sum + values.length, 0));
  let offset = 0;
  for (const values of numbers) {
    joined.set(values, offset);
    offset += values.length;
  }
  return joined;
}

/** The rows of these numbers, in that order. */
export function pickRows(columns: Iterable<[string, TableValues]>, rows: readonly number[]): Table {
  const picked = [...columns].map(([name, values]): [string, TableValues] => [
    name,
    Array.isArray(values)
      ? rows.map((row) => values[row] ?? "")
      : Float64Array.from(rows, (row) => values[row] ?? Number.NaN),
  ]);
  return { row_count: rows.length, columns: new Map(picked) };
}

/** Row numbers of a table by month (`2024-01`, UTC), months in the order met. */
export function rowsByMonth(table: Table): Map<string, number[]> {
  const months = new Map<string, number[]>();
  for (const [row, ts] of timesOf(table).subarray(0, table.row_count).entries()) {
    const month = new Date(ts).toISOString().slice(0, 7);
    const rows = months.get(month);
    if (rows) rows.push(row);
    else months.set(month, [row]);
  }
  return months;
}

/** The columns of all tables, one table behind the other. */
function alignColumns(tables: readonly Table[]): [string, TableValues][] {
  const names = [...new Set(tables.flatMap(({ columns }) => [...columns.keys()]))];
  return names.map((name): [string, TableValues] => {
    const pieces = tables.map((table) => ({ values: table.columns.get(name), length: table.row_count }));
    if (
      pieces.some(({ values }) => isText(values)) ||
      pieces.every(({ values }) => !(values instanceof Float64Array))
    ) {
      return [name, pieces.flatMap(({ values, length }) => Array.from({ length }, (_, row) => textAt(values, row)))];
    }
    const joined = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0)).fill(Number.NaN);
    let offset = 0;
    for (const { values, length } of pieces) {
      if (values instanceof Float64Array) joined.set(values.subarray(0, length), offset);
      offset += length;
    }
    return [name, joined];
  });
}

/** Whether a column must stay texts: one without any value may become numbers. */
const isText = (values: TableValues | undefined) => Array.isArray(values) && values.some((value) => value !== "");

/** A value as a text; a missing one is the empty text. */
export function textAt(values: TableValues | undefined, row: number): string {
  const value = values?.[row];
  return value === undefined || Number.isNaN(value) ? "" : String(value);
}
