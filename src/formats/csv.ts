import { type CsvDialect, notCsv } from "./csv-dialect.ts";
import { splitQuotedRow } from "./csv-quoted.ts";
import { parseIsoTime, TIME_KINDS, type TimeKind, timeKindOf, timeToMs } from "./csv-times.ts";

/** `time` columns become ms UTC; an empty field of an optional number is NaN, of a required one the row is bad. */
export interface CsvColumn {
  name: string;
  type: "time" | "number" | "text";
  required: boolean;
  /** Position of the field in a row, from 0. */
  field: number;
}

export type CsvValues = Float64Array | string[];

export interface BadRow {
  /** Counted from 1. */
  line: number;
  reason: string;
}

/** Rows of one window of a file. */
export interface CsvRows {
  row_count: number;
  /** By column name; longer than `row_count` where rows were bad. */
  columns: Map<string, CsvValues>;
  /** Kind of the row's time as an index of `TIME_KINDS`. */
  time_kinds: Uint8Array;
  /** Line of each row. */
  lines: Uint32Array;
  /** Byte of the window at which each row begins. */
  starts: Uint32Array;
  /** The first of them; `bad_count` counts all. */
  bad: BadRow[];
  bad_count: number;
  /** Bytes of the window that are done; the next window begins behind them. */
  consumed: number;
  /** Line of the next window's first byte. */
  next_line: number;
}

/** A stretch of a file that begins with a row. */
export interface CsvWindow {
  bytes: Uint8Array;
  /** Line of the first byte. */
  line: number;
  /** Nothing follows. */
  last: boolean;
}

/** Bad rows that are named; the others are counted. */
export const BAD_ROWS_NAMED = 100;

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * The complete rows of a window as typed columns. Rows that do not fit the columns are counted and named by line, never
 * dropped in silence; blank lines are no rows. Throws `unprocessable` when not even one row fits the window.
 */
export function parseCsvRows(dialect: CsvDialect, columns: readonly CsvColumn[], window: CsvWindow): CsvRows {
  const bytes = window.last ? endWithNewline(window.bytes) : window.bytes;
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const scan = openScan(dialect, columns, bytes, countLines(bytes, end));
  const rows = scan.rows;
  let line = window.line;
  let position = 0;
  while (position < end) {
    const start = position;
    scan.problem = null;
    position = isBlankLine(bytes, position) ? skipLine(bytes, position) : readRow(scan, start);
    if (position === QUOTED) position = readQuotedRow(scan, start, end, window.last);
    if (position === UNFINISHED) {
      position = start;
      break;
    }
    if (scan.problem !== null) {
      if (rows.bad_count++ < BAD_ROWS_NAMED) rows.bad.push({ line, reason: scan.problem });
    } else if (scan.filled) {
      rows.starts[rows.row_count] = start;
      rows.lines[rows.row_count++] = line;
    }
    scan.filled = false;
    line += scan.row_lines;
    scan.row_lines = 1;
  }
  if (position === 0 && window.bytes.length > 0) throw notCsv(`has a row above ${window.bytes.length} bytes`);
  rows.consumed = Math.min(position, window.bytes.length);
  rows.next_line = line;
  return rows;
}

/** Results of `readRow` that are no position. */
const QUOTED = -1;
const UNFINISHED = -2;

interface Scan {
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

function openScan(dialect: CsvDialect, columns: readonly CsvColumn[], bytes: Uint8Array, capacity: number): Scan {
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

/** One call per row: a single loop over all rows is compiled badly. Numbers of up to 2^53 units are read in place. */
function readRow(scan: Scan, start: number): number {
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

function finishRow(scan: Scan, field_count: number): void {
  if (field_count !== scan.fields.length) {
    scan.problem = `has ${field_count} fields instead of ${scan.fields.length}`;
  }
  scan.filled = scan.problem === null;
}

/** A row with quotation marks (RFC 4180), which may go on over several lines. */
function readQuotedRow(scan: Scan, start: number, end: number, last: boolean): number {
  const row = splitQuotedRow(scan.bytes.subarray(start, end), scan.dialect.delimiter);
  if (row === null) {
    if (!last) return UNFINISHED;
    scan.problem = "has a quotation mark that is never closed";
    scan.row_lines = countLines(scan.bytes.subarray(start, end), end - start);
    return end;
  }
  for (const [field, text] of row.fields.entries()) {
    const column = scan.fields[field];
    if (column) storeText(scan, column, scan.targets[field] ?? null, text);
  }
  finishRow(scan, row.fields.length);
  scan.row_lines = row.lines;
  return start + row.length;
}

function storeNumber(scan: Scan, column: CsvColumn, target: Float64Array, value: number): void {
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

function storeText(scan: Scan, column: CsvColumn, target: CsvValues | null, text: string): void {
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
  } else if (trimmed === "" && !column.required) target[row_count] = Number.NaN;
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

function isBlankLine(bytes: Uint8Array, position: number): boolean {
  const byte = bytes[position];
  return byte === NEWLINE || (byte === RETURN && bytes[position + 1] === NEWLINE);
}

const skipLine = (bytes: Uint8Array, position: number) => position + (bytes[position] === RETURN ? 2 : 1);

function countLines(bytes: Uint8Array, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1 && at < end; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

function endWithNewline(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0 || bytes.at(-1) === NEWLINE) return bytes;
  const ended = new Uint8Array(bytes.length + 1);
  ended.set(bytes);
  ended[bytes.length] = NEWLINE;
  return ended;
}
