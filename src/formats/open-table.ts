import type { AsyncBuffer } from "hyparquet";
import { openCsvTable } from "./csv-source.ts";
import { openJsonTable } from "./json-source.ts";
import { openParquetTable } from "./parquet-source.ts";
import type { TableSource } from "./table-source.ts";

/** The kind of table that a file is, by its name; null for one without rows. */
export function tableFormat(filename: string): "parquet" | "csv" | "json" | null {
  const name = filename.toLowerCase();
  if (name.endsWith(".parquet")) return "parquet";
  if (/\.(csv|tsv|txt)$/.test(name)) return "csv";
  return /\.(json|jsonl|ndjson)$/.test(name) ? "json" : null;
}

/** A file as a table, null where it is no table by its name. Throws when it is none by its bytes, then or while it is read. */
export async function openTable(file: AsyncBuffer, filename: string): Promise<TableSource | null> {
  const format = tableFormat(filename);
  if (format === null || file.byteLength === 0) return null;
  return { parquet: openParquetTable, csv: openCsvTable, json: openJsonTable }[format](file);
}
