import { LONGEST_NUMBER_BYTES, type NumberStyle, writeNumber, writeText } from "./number-text.ts";
import type { TableColumns } from "./table.ts";

/** Columns of equal length by name, in the order in which a row prints them. */
export type NumberColumns = ReadonlyMap<string, Float64Array>;

/** What stands around the fields of a row, in ASCII; keys are escaped as JSON by the format. */
export interface RowFormat {
  /** Before the field; the first field's text opens the row. */
  beforeField(name: string, position: number): string;
  afterRow: string;
  /** Printed for NaN and the infinities. */
  missing: string;
  /** A field that holds a text. */
  printText(text: string): string;
}

/** `{"ts":1,"open":2},`: elements of a JSON array, each followed by a comma. */
export const jsonRows: RowFormat = {
  beforeField: (name, position) => `${position === 0 ? "{" : ","}${asciiJson(name)}:`,
  afterRow: "},",
  missing: "null",
  printText: (text) => JSON.stringify(text),
};

/** One JSON object a line. */
export const ndjsonRows: RowFormat = { ...jsonRows, afterRow: "}\n" };

/** Lines of RFC 4180; the header is `csvHeader`. A missing number is an empty field. */
export const csvRows: RowFormat = {
  beforeField: (_, position) => (position === 0 ? "" : ","),
  afterRow: "\r\n",
  missing: "",
  printText: quoteCsv,
};

/** The first line of a CSV file (RFC 4180). */
export function csvHeader(names: readonly string[]): string {
  return `${names.map(quoteCsv).join(",")}\r\n`;
}

function quoteCsv(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows `from` up to `to` (exclusive), after an ASCII `prefix`. */
export interface RowRange {
  from: number;
  to: number;
  prefix?: string;
}

/** The rows as UTF-8 bytes: for JSON byte for byte what `JSON.stringify` makes of the row objects. */
export function writeRows(columns: TableColumns, format: RowFormat, rows: RowRange): Uint8Array {
  return holdsNumbers(columns) ? writeNumberRows(columns, format, rows) : writeMixedRows(columns, format, rows);
}

const holdsNumbers = (columns: TableColumns): columns is NumberColumns =>
  [...columns.values()].every((values) => values instanceof Float64Array);

/** Rows with texts, which are rare enough to go through strings. */
function writeMixedRows(columns: TableColumns, format: RowFormat, rows: RowRange): Uint8Array {
  const { from, to, prefix = "" } = rows;
  const fields = [...columns].map(([name, values], position) => ({
    values,
    before: format.beforeField(name, position),
  }));
  let text = prefix;
  for (let row = from; row < to; row++) {
    for (const { values, before } of fields) text += before + printValue(values[row], format);
    text += format.afterRow;
  }
  return new TextEncoder().encode(text);
}

function printValue(value: number | string | undefined, { missing, printText }: RowFormat): string {
  if (typeof value === "string") return printText(value);
  return Number.isFinite(value) ? String(value) : missing;
}

/** Straight from the columns into bytes, without a string between. */
function writeNumberRows(columns: NumberColumns, format: RowFormat, rows: RowRange): Uint8Array {
  const { from, to, prefix = "" } = rows;
  const fields = [...columns].map(([name, values], position): Field => {
    const before = packText(format.beforeField(name, position));
    return { values, before, style: { fine: false } };
  });
  const afterRow = packText(format.afterRow);
  const longestRow = fields.reduce(
    (sum, { before }) => sum + before.words.byteLength + LONGEST_NUMBER_BYTES,
    afterRow.words.byteLength,
  );
  // Most numbers are shorter than the longest; the buffer grows when they are not.
  let target = new DataView(new ArrayBuffer(prefix.length + longestRow + Math.ceil((to - from) * longestRow * 0.5)));
  let offset = writeText(target, 0, prefix);
  for (let row = from; row < to; row++) {
    if (target.byteLength - offset < longestRow) target = grow(target, longestRow);
    offset = writeRow(target, offset, row, fields, format.missing);
    offset = writePacked(target, offset, afterRow);
  }
  return new Uint8Array(target.buffer, 0, offset);
}

interface Field {
  values: Float64Array;
  before: PackedText;
  style: NumberStyle;
}

/**
 * Text as doubles of the same UTF-8 bytes, so that eight bytes are one store; the last double runs over the end.
 * Text without control characters is never the bits of a NaN, which a store might change.
 */
export interface PackedText {
  words: Float64Array;
  length: number;
}

export function packText(text: string): PackedText {
  const bytes = new TextEncoder().encode(text);
  const words = new Float64Array(Math.ceil(bytes.length / 8));
  new Uint8Array(words.buffer).set(bytes);
  return { words, length: bytes.length };
}

/** Writes the text and up to seven bytes beyond it; returns the offset after the text. */
export function writePacked(target: DataView, offset: number, { words, length }: PackedText): number {
  for (let index = 0; index < words.length; index++) {
    target.setFloat64(offset + index * 8, words[index] as number, true);
  }
  return offset + length;
}

function writeRow(target: DataView, start: number, row: number, fields: readonly Field[], missing: string): number {
  let offset = start;
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index] as Field;
    offset = writePacked(target, offset, field.before);
    const value = field.values[row] as number;
    // NaN and the infinities are the numbers whose difference with themselves is not zero.
    offset = value - value === 0 ? writeNumber(target, offset, value, field.style) : writeText(target, offset, missing);
  }
  return offset;
}

function grow({ buffer, byteLength }: DataView, least: number): DataView<ArrayBuffer> {
  const larger = new Uint8Array(byteLength * 2 + least);
  larger.set(new Uint8Array(buffer));
  return new DataView(larger.buffer);
}

/** A JSON string in ASCII only, so that a letter of a name is never cut in two. */
const asciiJson = (text: string) =>
  JSON.stringify(text).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
