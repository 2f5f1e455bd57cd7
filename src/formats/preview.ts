import { Buffer } from "node:buffer";
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { unprocessable } from "../errors.ts";
import { columnNames } from "./parquet.ts";
import { parquetCodecs } from "./parquet-codecs.ts";

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

/** Covers the footer of our own files of up to 250,000 rows. */
const FOOTER_BYTES = 16 * 1024;

/** Rows of a Parquet file, ours or another's. Throws `unprocessable` when it cannot be read. */
export async function previewParquet(file: AsyncBuffer, { limit, offset }: PreviewRange): Promise<Preview> {
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: FOOTER_BYTES, geoparquet: false }).catch(
    unreadable,
  );
  const total_rows = Number(metadata.num_rows);
  const columns = topLevel(columnNames(metadata), metadata.schema);
  const rowEnd = Math.min(total_rows, offset + limit);
  if (offset >= rowEnd) return { columns, rows: [], total_rows };
  const rows = await parquetReadObjects({
    file,
    metadata,
    rowStart: offset,
    rowEnd,
    compressors: parquetCodecs,
    useOffsetIndex: false,
  }).catch(unreadable);
  return { columns, rows: rows.map((row) => toJsonRow(columns, row)), total_rows };
}

/** Rows of a JSON array, of lines of JSON, or the one object that there is. */
export function previewJson(text: string, { limit, offset }: PreviewRange): Preview {
  const values = parseJsonRows(text);
  const objects = values.map((value) => (isObject(value) ? value : { value }));
  const columns = [...new Set(objects.slice(0, 1000).flatMap((row) => Object.keys(row)))];
  const rows = objects.slice(offset, offset + limit);
  return { columns, rows, total_rows: objects.length };
}

const unreadable = (): never => {
  throw unprocessable([{ field: "dataset_id", message: "is no Parquet file that can be read" }]);
};

/** Names of the columns that are not inside another. */
function topLevel(names: readonly string[], schema: readonly { num_children?: number }[]): string[] {
  const columns: string[] = [];
  const skip = (index: number): number => {
    let next = index + 1;
    for (let child = 0; child < (schema[index]?.num_children ?? 0); child++) next = skip(next);
    return next;
  };
  for (let index = 1; index < schema.length; index = skip(index)) columns.push(names[index - 1] ?? "");
  return columns;
}

function toJsonRow(columns: readonly string[], row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(columns.map((name) => [name, toJsonValue(row[name])]));
}

/** What JSON can hold of a value: numbers beyond 2^53 as text, NaN as null, bytes as base64. */
export function toJsonValue(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, toJsonValue);
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJsonValue(inner)]));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

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
