import Papa from "papaparse";
import { unprocessable } from "../errors.ts";
import { isTimeText } from "./csv-times.ts";

/** How a CSV file is written, found out from its first bytes. */
export interface CsvDialect {
  /** One ASCII character. */
  delimiter: string;
  decimal: "." | ",";
  /** Names of the first row, trimmed; null when it holds data already. */
  header: string[] | null;
  column_count: number;
  /** Byte at which data begins, behind a byte order mark and the header. */
  data_offset: number;
  /** Line of that byte, counted from 1. */
  data_line: number;
}

/** Bytes that are enough for `sniffCsv`. */
export const SNIFFED_BYTES = 256 * 1024;

const MOST_COLUMNS = 100;
const ROWS_LOOKED_AT = 50;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** Comma last: decimals may be written with it, so at a tie the other one parts the fields. */
const DELIMITERS = [";", "\t", "|", ","];

const NUMBER = /^[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d*,\d+$/;

/**
 * Delimiter, decimal sign and header from the first bytes of a file; `whole` when there are no more. Throws
 * `unprocessable` for the field `file` when they are no CSV.
 */
export function sniffCsv(sample: Uint8Array, whole: boolean): CsvDialect {
  const start = BYTE_ORDER_MARK.every((byte, index) => sample[index] === byte) ? BYTE_ORDER_MARK.length : 0;
  if (sample.includes(0)) throw notCsv("is no text in UTF-8 or another superset of ASCII");
  const end = whole ? sample.length : sample.lastIndexOf(10) + 1;
  if (end <= start) throw notCsv(sample.length <= start ? "is empty" : `has a first line above ${SNIFFED_BYTES} bytes`);
  const text = new TextDecoder().decode(sample.subarray(start, end));
  const { data, meta } = Papa.parse<string[]>(text, {
    preview: ROWS_LOOKED_AT,
    skipEmptyLines: "greedy",
    delimitersToGuess: DELIMITERS,
  });
  const [first, ...others] = data;
  if (!first) throw notCsv("has no rows");
  if (first.length > MOST_COLUMNS) throw notCsv(`has more than ${MOST_COLUMNS} columns`);
  const header = isHeader(first) ? first.map((name) => name.trim()) : null;
  const fields = (header ? others : data).flat();
  const decimal = meta.delimiter !== "," && fields.some((field) => DECIMAL_COMMA.test(field.trim())) ? "," : ".";
  const { length, lines } = header ? spanOfFirstRow(sample.subarray(start, end)) : { length: 0, lines: 0 };
  return {
    delimiter: meta.delimiter,
    decimal,
    header,
    column_count: first.length,
    data_offset: start + length,
    data_line: 1 + lines,
  };
}

/** A refusal of the file itself. */
export const notCsv = (message: string) => unprocessable([{ field: "file", message }]);

function isHeader(row: readonly string[]): boolean {
  const named = row.map((field) => field.trim()).filter((field) => field !== "");
  return named.length > 0 && named.every((field) => !NUMBER.test(field) && !isTimeText(field));
}

/** Bytes and lines up to the end of the first row that is not blank; a quoted name may contain line ends. */
function spanOfFirstRow(bytes: Uint8Array): { length: number; lines: number } {
  let lines = 0;
  let quoted = false;
  let blank = true;
  for (const [index, byte] of bytes.entries()) {
    if (byte === 34) quoted = !quoted;
    if (byte === 10) {
      lines += 1;
      if (!quoted && !blank) return { length: index + 1, lines };
    } else if (byte > 32) blank = false;
  }
  return { length: bytes.length, lines: lines + 1 };
}
