import type { CsvColumn, CsvRows, CsvValues } from "./csv.ts";
import type { CsvDialect } from "./csv-dialect.ts";
import { parseIsoTime, TIME_KINDS, type TimeKind, timeKindOf, timeToMs } from "./csv-times.ts";
import { isNoNumber } from "./csv-cell.ts";

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** What `readRow` returns instead of a position when the row has quotation marks. */
export const QUOTED = -1;

/** A window while its rows are read. */
export interface CsvScan {
  bytes: Uint8Array;
  delimiter: number;
  decimal: number;
  dialect: CsvDialect;
  /** The column of each field, null where it is not wanted. */
  fields: (CsvColumn | null)[];
  targets: (CsvValues | null)[];
  rows: CsvRows;
  /** Why the row at hand is bad. */
  problem: string | null;
  filled: boolean;
  row_lines: number;
}

/** A scan of a window's bytes with room for `capacity` rows. */
export function openScan(
  dialect: CsvDialect,
  columns: readonly CsvColumn[],
  bytes: Uint8Array,
  capacity: number,
): CsvScan {
  const values = columns.map(({ type }): CsvValues => (type === "text" ? [] : new Float64Array(capacity)));
  const positionOf = (field: number) => columns.findIndex((column) => column.field === field);
  const fields = Array.from({ length: dialect.column_count }, (_, field) => columns[positionOf(field)] ?? null);
  return {
    bytes,
    delimiter: dialect.delimiter.charCodeAt(0),
    decimal: dialect.decimal.charCodeAt(0),
    dialect,
    fields,
    targets: fields.map((_, field) => values[positionOf(field)] ?? null),
    rows: {
      row_count: 0,
      columns: new Map(columns.map(({ name }, index) => [name, values[index] ?? []])),
      time_kinds: new Uint8Array(capacity),
      lines: new Uint32Array(capacity),
      starts: new Uint32Array(capacity),
      bad: [],
      bad_count: 0,
      consumed: 0,
      next_line: 0,
    },
    problem: null,
    filled: false,
    row_lines: 1,
  };
}

/**
 * Reads a row without quotation marks and returns where the next one begins, or `QUOTED`. One call per row: a single
 * loop over all rows is compiled badly. Numbers of up to 2^53 units are read in place.
 */
export function readRow(scan: CsvScan, start: number): number {
  const { bytes, fields, targets, delimiter, decimal } = scan;
  let position = start;
  for (let field = 0; ; field++) {
    const column = fields[field];
    const begin = position;
    let byte = bytes[position] as number;
    if (byte === QUOTE) return QUOTED;
    if (column && column.type !== "text") {
      const negative = byte === 45;
      if (negative) byte = bytes[++position] as number;
      const digits = position;
      let units = 0;
      while (byte >= 48 && byte <= 57) {
        units = units * 10 + byte - 48;
        byte = bytes[++position] as number;
      }
      let scale = 0;
      if (byte === decimal && position > digits) {
        const point = position;
        byte = bytes[++position] as number;
        while (byte >= 48 && byte <= 57) {
          units = units * 10 + byte - 48;
          byte = bytes[++position] as number;
        }
        scale = position - point - 1;
      }
      const ended = byte === delimiter || byte === NEWLINE || (byte === RETURN && bytes[position + 1] === NEWLINE);
      if (ended && position > digits && units <= Number.MAX_SAFE_INTEGER && scale < POWERS_OF_TEN.length) {
        const size = scale === 0 ? units : units / (POWERS_OF_TEN[scale] as number);
        storeNumber(scan, column, targets[field] as Float64Array, negative ? -size : size);
      } else {
        position = endOfField(bytes, position, delimiter);
        storeText(scan, column, targets[field] ?? null, textOf(bytes, begin, position));
      }
    } else {
      position = endOfField(bytes, position, delimiter);
      if (column) storeText(scan, column, targets[field] ?? null, textOf(bytes, begin, position));
    }
    byte = bytes[position] as number;
    if (byte === delimiter) {
      position += 1;
      continue;
    }
    finishRow(scan, field + 1);
    return byte === RETURN ? position + 2 : position + 1;
  }
}

/** Ends the row at hand, which is good when nothing was wrong and it has as many fields as the file has columns. */
export function finishRow(scan: CsvScan, field_count: number): void {
  if (field_count !== scan.fields.length) {
    scan.problem = `has ${field_count} fields instead of ${scan.fields.length}`;
  }
  scan.filled = scan.problem === null;
}

function storeNumber(scan: CsvScan, column: CsvColumn, target: Float64Array, value: number): void {
  const { row_count, time_kinds } = scan.rows;
  if (column.type !== "time") {
    target[row_count] = value;
    return;
  }
  const kind = timeKindOf(value);
  if (kind === null) scan.problem ??= `${column.name}: ${value} is no time in s, ms or ISO 8601`;
  else {
    target[row_count] = timeToMs(value, kind);
    time_kinds[row_count] = TIME_KINDS.indexOf(kind);
  }
}

/** Stores a field's text as what its column holds, or notes why the row is bad. */
export function storeText(scan: CsvScan, column: CsvColumn, target: CsvValues | null, text: string): void {
  const { row_count, time_kinds } = scan.rows;
  if (target === null) return;
  if (Array.isArray(target)) {
    target[row_count] = text;
    return;
  }
  const trimmed = text.trim();
  const dotted = scan.dialect.decimal === "," ? trimmed.replace(",", ".") : trimmed;
  if (DECIMAL.test(dotted) && Number.isFinite(Number(dotted))) return storeNumber(scan, column, target, Number(dotted));
  const time = column.type === "time" ? parseIsoTime(trimmed) : null;
  if (time !== null) {
    target[row_count] = time;
    time_kinds[row_count] = TIME_KINDS.indexOf("iso" satisfies TimeKind);
  } else if (!column.required && isNoNumber(trimmed)) target[row_count] = Number.NaN;
  else scan.problem ??= `${column.name}: ${describe(column, trimmed)}`;
}

function describe({ type }: CsvColumn, text: string): string {
  if (text === "") return "is empty";
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  return type === "time" ? `${shown} is no time in s, ms or ISO 8601` : `${shown} is no number`;
}

function endOfField(bytes: Uint8Array, from: number, delimiter: number): number {
  let position = from;
  for (;;) {
    const byte = bytes[position] as number;
    if (byte === delimiter || byte === NEWLINE || (byte === RETURN && bytes[position + 1] === NEWLINE)) return position;
    position += 1;
  }
}

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array, from: number, to: number) => decoder.decode(bytes.subarray(from, to));
