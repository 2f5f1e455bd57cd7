import type { AsyncBuffer } from "hyparquet";
import { notCsv } from "../../formats/csv-dialect.ts";
import { tableFormat } from "../../formats/open-table.ts";
import { openParquetRows } from "../../formats/parquet-rows.ts";
import { type FilePosition, type FileWindow, openCsvFile, readFileWindow } from "./csv-file-rows.ts";
import { openJsonRows } from "./json-file-rows.ts";

/** A file whose rows are read part by part. */
export interface FileRows {
  /** Columns that exist even without a value; empty where only the rows tell them. */
  names: readonly string[];
  /** Whether numbers are written as texts. */
  read_texts: boolean;
  /** What people should know of it; null where there is nothing. */
  warning: string | null;
  /** The rows from a position on; null for the first. */
  read(position: FilePosition | null): Promise<FileWindow>;
}

interface Reading {
  /** Read it as Latin-1, whatever it looks like. */
  latin: boolean;
}

/** Opens a file by its name and its first bytes. Throws `unprocessable` when it is not what its name says. */
export async function openFileRows(file: AsyncBuffer, filename: string, { latin }: Reading): Promise<FileRows> {
  if (file.byteLength === 0) throw notCsv("is empty");
  const format = tableFormat(filename.replace(/\.gz$/i, ""));
  if (format === "json") return { names: [], read_texts: false, warning: null, read: openJsonRows(file) };
  return format === "parquet" ? openParquet(file) : openCsv(file, latin);
}

async function openCsv(file: AsyncBuffer, latin: boolean): Promise<FileRows> {
  const csv = await openCsvFile(file, latin);
  const warning = csv.encoding === "windows-1252" ? "is not UTF-8 and was read as Latin-1" : null;
  const read = (position: FilePosition | null) => readFileWindow(csv, position ?? csv.begins);
  return { names: csv.names, read_texts: true, warning, read };
}

async function openParquet(file: AsyncBuffer): Promise<FileRows> {
  const parquet = await openParquetRows(file);
  return {
    names: parquet.names,
    read_texts: false,
    warning: null,
    async read(position) {
      const from = position?.offset ?? 0;
      const rows = await parquet.read(from);
      const end = from + rows.length;
      const lines = rows.map((_, index) => from + index + 1);
      const next = end < parquet.row_count ? { offset: end, line: end + 1 } : null;
      return { rows, lines, rejected: [], rejected_count: 0, next };
    },
  };
}
