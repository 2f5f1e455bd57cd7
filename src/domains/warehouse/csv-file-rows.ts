import type { AsyncBuffer } from "hyparquet";
import { type BadRow, parseCsvRows } from "../../formats/csv.ts";
import { fieldNames, isNumberText, textFields } from "../../formats/csv-cell.ts";
import { type CsvDialect, notCsv, SNIFFED_BYTES, sniffCsv } from "../../formats/csv-dialect.ts";
import { joinNames } from "../../formats/flatten-names.ts";
import { type ForwardFile, openForward } from "../../formats/packed-file.ts";
import { encodedLength, isUtf8, sniffEncoding, type TextEncoding, toUtf8 } from "../../formats/text-encoding.ts";
import { FILE_COLUMN, FILE_TIME_COLUMN, LINE_COLUMN } from "./file-columns.ts";

/** Read and loaded at once; what is in memory is a few times this. */
const WINDOW_BYTES = 1024 * 1024;
const LONGEST_CONTENT = 1000;
/** Columns that loading makes. */
const OWN_COLUMNS = [FILE_COLUMN, FILE_TIME_COLUMN, LINE_COLUMN, "_catchment_id", "_extra"];

/** A CSV file whose rows can be read. */
export interface CsvFile {
  text: ForwardFile;
  encoding: TextEncoding;
  dialect: CsvDialect;
  /** Of the columns, no two alike. */
  names: readonly string[];
  /** Where the rows begin. */
  begins: FilePosition;
}

/** Where in a file a row begins. */
export interface FilePosition {
  /** Of CSV, bytes of the file as it is when it is unpacked; of JSON and Parquet, rows. */
  offset: number;
  line: number;
}

export interface RejectedRow extends BadRow {
  /** The line as it is in the file, cut where it is long. */
  content: string;
}

export interface FileWindow {
  rows: Record<string, unknown>[];
  /** Line of each row. */
  lines: number[];
  /** The first rows that are none of the file's columns; `rejected_count` counts all. */
  rejected: RejectedRow[];
  rejected_count: number;
  /** Null after the last row. */
  next: FilePosition | null;
}

/** A file began as UTF-8 and goes on as something else, so all of it is to be read as Latin-1. */
export class NotUtf8 extends Error {
  constructor() {
    super("The file is not UTF-8");
    this.name = "NotUtf8";
  }
}

/**
 * Finds out how a file is written; `latin` reads it as Latin-1 whatever it looks like. Throws `unprocessable` when it is
 * no CSV, `ObjectChanged` when it is gone.
 */
export async function openCsvFile(file: AsyncBuffer, latin: boolean): Promise<CsvFile> {
  if (file.byteLength === 0) throw notCsv("is empty");
  const text = await openForward(file);
  const { bytes, last } = await text.read(0, SNIFFED_BYTES);
  const encoding = latin ? "windows-1252" : sniffEncoding(bytes, last);
  const sample = toUtf8(bytes, encoding);
  const dialect = sniffCsv(sample, last);
  const offset = encodedLength(sample.subarray(0, dialect.data_offset), encoding);
  const begins = { offset, line: dialect.data_line };
  return { text, encoding, dialect, names: tellApart(fieldNames(dialect)), begins };
}

/** The rows from a position on, as texts by the names of their columns; an empty field is null. Throws `NotUtf8`. */
export async function readFileWindow(file: CsvFile, { offset, line }: FilePosition): Promise<FileWindow> {
  const { text, encoding, dialect, names } = file;
  const read = await text.read(offset, WINDOW_BYTES);
  if (read.bytes.length === 0) return { rows: [], lines: [], rejected: [], rejected_count: 0, next: null };
  const bytes = toUtf8(read.bytes, encoding);
  const parsed = parseCsvRows(dialect, textFields(dialect), { bytes, line, last: read.last });
  const { row_count, columns, bad, bad_count, consumed, next_line } = parsed;
  const used = bytes.subarray(0, consumed);
  // Rows end with a line break or with the file, so no letter is cut off.
  if (encoding === "utf-8" && !isUtf8(used, true)) throw new NotUtf8();
  const fields = names.map((name, field) => ({ name, texts: columns.get(String(field)) ?? [] }));
  const rows = Array.from({ length: row_count }, (_, index) => {
    const row: Record<string, string | null> = {};
    for (const { name, texts } of fields) row[name] = cellText(dialect, String(texts[index] ?? ""));
    return row;
  });
  const next = { offset: offset + encodedLength(used, encoding), line: next_line };
  return {
    rows,
    lines: [...parsed.lines.subarray(0, row_count)],
    rejected: withContent(bad, bytes, line),
    rejected_count: bad_count,
    next: read.last ? null : next,
  };
}

function cellText(dialect: CsvDialect, text: string): string | null {
  if (text === "") return null;
  return dialect.decimal === "," && isNumberText(text, dialect) ? text.replace(",", ".") : text;
}

/** Names of columns, spelled alike in all files; repeated ones get a number, as DuckDB has it: `id`, `id_1`. */
function tellApart(names: readonly string[]): string[] {
  const taken = new Set(OWN_COLUMNS);
  for (const name of names.map((each) => joinNames([each]))) {
    let free = name;
    for (let number = 1; taken.has(free); number++) free = `${name}_${number}`;
    taken.add(free);
  }
  return [...taken].slice(OWN_COLUMNS.length);
}

function withContent(bad: readonly BadRow[], bytes: Uint8Array, first_line: number): RejectedRow[] {
  if (bad.length === 0) return [];
  const lines = new TextDecoder().decode(bytes).split("\n");
  return bad.map((row) => ({
    ...row,
    content: (lines[row.line - first_line] ?? "").replace(/\r$/, "").slice(0, LONGEST_CONTENT),
  }));
}
