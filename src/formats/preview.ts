import { type AsyncBuffer, parquetReadObjects } from "hyparquet";
import { AppError, unprocessable } from "../errors.ts";
import { toJsonRecord } from "./json-source.ts";
import { parquetCodecs } from "./parquet-codecs.ts";
import { readFooter } from "./parquet-footer.ts";
import { readableSchema, topLevel } from "./parquet-schema.ts";
import { jsonValueOf, parquetTimes } from "./parquet-values.ts";

/** Some rows of a table, and how many it has. */
export interface Preview {
  columns: string[];
  rows: Record<string, unknown>[];
  total_rows: number;
}

export interface PreviewRange {
  limit: number;
  offset: number;
}

/** Rows of a JSON file in which its columns are looked for. */
const ROWS_WITH_COLUMNS = 5000;

/** Rows of a Parquet file, ours or another's. Throws `unprocessable` when it cannot be read. */
export async function previewParquet(file: AsyncBuffer, { limit, offset }: PreviewRange): Promise<Preview> {
  const metadata = await readFooter(file).catch(unreadable);
  const total_rows = Number(metadata.num_rows);
  const elements = topLevel(metadata.schema);
  const columns = elements.map(({ name }) => name);
  const rowEnd = Math.min(total_rows, offset + limit);
  if (offset >= rowEnd) return { columns, rows: [], total_rows };
  const rows = await parquetReadObjects({
    file,
    metadata: { ...metadata, schema: readableSchema(metadata.schema) },
    rowStart: offset,
    rowEnd,
    compressors: parquetCodecs,
    parsers: parquetTimes,
    utf8: false,
    useOffsetIndex: false,
  }).catch(unreadable);
  const fields = elements.map((element) => [element.name, jsonValueOf(element)] as const);
  const shown = rows.map((row) => Object.fromEntries(fields.map(([name, toJson]) => [name, toJson(row[name])])));
  return { columns, rows: shown, total_rows };
}

/** Rows of a JSON array, of lines of JSON, or the one object that there is. */
export function previewJson(text: string, { limit, offset }: PreviewRange): Preview {
  const objects = parseJsonRows(text).map(toJsonRecord);
  const columns = [...new Set(objects.slice(0, ROWS_WITH_COLUMNS).flatMap((row) => Object.keys(row)))];
  const wanted = objects.slice(offset, offset + limit);
  const rows = wanted.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null])));
  return { columns, rows, total_rows: objects.length };
}

const unreadable = (error: unknown): never => {
  // A file that is gone is not a wrong one.
  if (error instanceof AppError) throw error;
  throw unprocessable([{ field: "dataset_id", message: "is no Parquet file that can be read" }]);
};

function parseJsonRows(text: string): unknown[] {
  try {
    const value = JSON.parse(text) as unknown;
    return Array.isArray(value) ? value : [value];
  } catch {
    return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [parseLine(line)]));
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw unprocessable([{ field: "dataset_id", message: "is no JSON file that can be read" }]);
  }
}
