/** A column: numbers with NaN for a missing one, or texts. */
export type TableValues = Float64Array | string[];

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
 * are kept: trades of one instant may be equal in every column. Columns that only one has are missing in the other's
 * rows; a column of texts in one is a column of texts in both.
 */
export function mergeTables(older: Table, newer: Table): Table {
  const columns = alignColumns(older, newer);
  const rowCount = older.row_count + newer.row_count;
  const seen = new Map<string, number>();
  const keyOf = (row: number) => JSON.stringify(columns.map(([, values]) => values[row]));
  for (let row = 0; row < older.row_count; row++) seen.set(keyOf(row), (seen.get(keyOf(row)) ?? 0) + 1);
  const kept = Array.from({ length: older.row_count }, (_, row) => row);
  for (let row = older.row_count; row < rowCount; row++) {
    const key = keyOf(row);
    const left = seen.get(key) ?? 0;
    if (left > 0) seen.set(key, left - 1);
    else kept.push(row);
  }
  const ts = columns.find(([name]) => name === "ts")?.[1] as Float64Array | undefined;
  if (ts) kept.sort((a, b) => (ts[a] ?? 0) - (ts[b] ?? 0) || a - b);
  return pickRows(columns, kept);
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

function alignColumns(older: Table, newer: Table): [string, TableValues][] {
  const names = [...new Set([...older.columns.keys(), ...newer.columns.keys()])];
  return names.map((name): [string, TableValues] => {
    const pieces = [older, newer].map((table) => ({ values: table.columns.get(name), length: table.row_count }));
    if (
      pieces.some(({ values }) => isText(values)) ||
      pieces.every(({ values }) => !(values instanceof Float64Array))
    ) {
      return [name, pieces.flatMap(({ values, length }) => Array.from({ length }, (_, row) => textAt(values, row)))];
    }
    const joined = new Float64Array(older.row_count + newer.row_count).fill(Number.NaN);
    for (const [index, { values, length }] of pieces.entries()) {
      if (values instanceof Float64Array) joined.set(values.subarray(0, length), index === 0 ? 0 : older.row_count);
    }
    return [name, joined];
  });
}

/** Whether a column must stay texts: one without any value may become numbers. */
const isText = (values: TableValues | undefined) => Array.isArray(values) && values.some((value) => value !== "");

function textAt(values: TableValues | undefined, row: number): string {
  const value = values?.[row];
  return value === undefined || Number.isNaN(value) ? "" : String(value);
}
