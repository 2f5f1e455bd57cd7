import type { Context } from "../../context.ts";
import { type BadRow, parseCsvRows } from "../../formats/csv.ts";
import { fieldNames, isNumberText, textFields } from "../../formats/csv-cell.ts";
import { type CsvDialect, notCsv, SNIFFED_BYTES, sniffCsv } from "../../formats/csv-dialect.ts";
import { joinNames } from "../../formats/flatten-names.ts";
import { readRange } from "../../platform/storage/ranges.ts";
import type { PlannedFile } from "./sync-run.ts";

/** Read and loaded at once; what is in memory is a few times this. */
const WINDOW_BYTES = 1024 * 1024;
const LONGEST_CONTENT = 1000;
/** Names the file of a row. */
export const FILE_COLUMN = "_catchment_file";
/** Columns that loading makes. */
const OWN_COLUMNS = [FILE_COLUMN, "_catchment_id", "_extra"];

/** A CSV file whose rows can be read. */
export interface CsvFile {
  object_key: string;
  size_bytes: number;
  dialect: CsvDialect;
  /** Of the columns, no two alike. */
  names: readonly string[];
}

/** Where in a file a row begins. */
export interface FilePosition {
  offset: number;
  line: number;
}

export interface RejectedRow extends BadRow {
  /** The line as it is in the file, cut where it is long. */
  content: string;
}

export interface FileWindow {
  rows: Record<string, string | null>[];
  /** The first rows that are none of the file's columns; `rejected_count` counts all. */
  rejected: RejectedRow[];
  rejected_count: number;
  next: FilePosition;
}

/** Finds out how a file is written. Throws `unprocessable` when it is no CSV, `ObjectChanged` when it is gone. */
export async function openCsvFile(ctx: Context, { object_key, size_bytes }: PlannedFile): Promise<CsvFile> {
  if (size_bytes === 0) throw notCsv("is empty");
  const length = Math.min(size_bytes, SNIFFED_BYTES);
  const sample = new Uint8Array(await readRange(ctx.lake, object_key, { offset: 0, length }));
  const dialect = sniffCsv(sample, length === size_bytes);
  return { object_key, size_bytes, dialect, names: tellApart(fieldNames(dialect)) };
}

/** The rows from a position on, as texts by the names of their columns; an empty field is null. */
export async function readFileWindow(ctx: Context, file: CsvFile, { offset, line }: FilePosition): Promise<FileWindow> {
  const { object_key, size_bytes, dialect, names } = file;
  const length = Math.min(WINDOW_BYTES, size_bytes - offset);
  if (length <= 0) return { rows: [], rejected: [], rejected_count: 0, next: { offset, line } };
  const bytes = new Uint8Array(await readRange(ctx.lake, object_key, { offset, length }));
  const window = { bytes, line, last: offset + length >= size_bytes };
  const { row_count, columns, bad, bad_count, consumed, next_line } = parseCsvRows(
    dialect,
    textFields(dialect),
    window,
  );
  const values = names.map((name, field) => ({ name, texts: columns.get(String(field)) ?? [] }));
  const rows = Array.from({ length: row_count }, (_, row) =>
    Object.fromEntries(values.map(({ name, texts }) => [name, cellText(dialect, String(texts[row] ?? ""))])),
  );
  return {
    rows,
    rejected: withContent(bad, bytes, line),
    rejected_count: bad_count,
    next: { offset: offset + consumed, line: next_line },
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
