import { type CsvDialect, notCsv } from "./csv-dialect.ts";
import { splitQuotedRow } from "./csv-quoted.ts";
import { type CsvScan, finishRow, openScan, QUOTED, readRow, storeText } from "./csv-scan.ts";

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
/** Instead of a position: the row does not end in this window. */
const UNFINISHED = -2;

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

/** A row with quotation marks (RFC 4180), which may go on over several lines. */
function readQuotedRow(scan: CsvScan, start: number, end: number, last: boolean): number {
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
