import {
  type AsyncBuffer,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  type ParquetParsers,
  parquetScan,
  type RowGroup,
  type SchemaElement,
} from "hyparquet";
import { fromInt64 } from "./int64.ts";
import { parquetCodecs } from "./parquet-codecs.ts";
import { jsonValueOf, parquetTimes } from "./parquet-values.ts";
import { batchTooLarge, type Dtype, MOST_ROWS_OF_BATCH, type TableBatch, type TableSource } from "./table-source.ts";
import { withinDates } from "./time-labels.ts";

/** Covers the footer of files of up to 250,000 rows in six columns. */
const FOOTER_BYTES = 16 * 1024;

/** Times as ms, not as objects: there may be a million. Infinity, which is a number like any other there, is none. */
const timesAsNumbers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (time) => withinDates(Number(time)),
  timestampFromMicroseconds: (time) => withinDates(Number(time) / 1e3),
  timestampFromNanoseconds: (time) => withinDates(Number(time) / 1e6),
  dateFromDays: (days) => withinDates(days * 86_400_000),
};

/** A Parquet file as a table, a batch per row group, a column in memory at once. Throws when it is none. */
export async function openParquetTable(file: AsyncBuffer): Promise<TableSource> {
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: FOOTER_BYTES, geoparquet: false });
  const elements = topLevel(metadata.schema);
  const gaps = new Set<number>();
  return {
    async *batches() {
      for (const group of metadata.row_groups) yield toBatch(file, metadata, group, elements, gaps);
    },
    columns: () =>
      elements.map((element, index) => {
        const dtype = dtypeOfElement(element);
        return { name: element.name, dtype: dtype === "int64" && gaps.has(index) ? "float64" : dtype };
      }),
  };
}

/** The columns of a file that are not inside another. */
export function topLevel(schema: readonly SchemaElement[]): SchemaElement[] {
  const columns: SchemaElement[] = [];
  const next = (index: number): number => {
    let after = index + 1;
    for (let child = 0; child < (schema[index]?.num_children ?? 0); child++) after = next(after);
    return after;
  };
  for (let index = 1; index < schema.length; index = next(index)) {
    const element = schema[index];
    if (element) columns.push(element);
  }
  return columns;
}

function toBatch(
  file: AsyncBuffer,
  metadata: FileMetaData,
  group: RowGroup,
  elements: readonly SchemaElement[],
  gaps: Set<number>,
): TableBatch {
  const row_count = Number(group.num_rows);
  // A scan keeps what it has read, so each is used for one column of one group.
  const read = async (column: string, rowEnd: number, parsers: Partial<ParquetParsers>) => {
    const part = { ...metadata, row_groups: [group], num_rows: group.num_rows };
    const options = { file, metadata: part, columns: [column], compressors: parquetCodecs, parsers, utf8: false };
    const scan = await parquetScan({ ...options, useOffsetIndex: false });
    return scan.readColumn({ column, rowStart: 0, rowEnd });
  };
  return {
    row_count,
    async firstRows(limit) {
      const count = Math.min(limit, row_count);
      const columns: unknown[][] = [];
      for (const element of elements) {
        const values = count > 0 ? await read(element.name, count, parquetTimes) : [];
        columns.push(Array.from(values, jsonValueOf(element)));
      }
      return Array.from({ length: count }, (_, row) => columns.map((column) => column[row] ?? null));
    },
    async cells(column) {
      const element = elements[column];
      if (!element || row_count === 0) return [];
      if (row_count > MOST_ROWS_OF_BATCH) throw batchTooLarge();
      return Array.from(await read(element.name, row_count, parquetTimes), jsonValueOf(element));
    },
    async numbers(column) {
      const element = elements[column];
      if (!element || row_count > MOST_ROWS_OF_BATCH || !isNumeric(element)) return null;
      if (row_count === 0) return new Float64Array();
      const numbers = toNumbers(await read(element.name, row_count, timesAsNumbers));
      if (numbers.some(Number.isNaN)) gaps.add(column);
      return numbers;
    },
  };
}

function toNumbers(values: DecodedArray): Float64Array {
  if (values instanceof Float64Array) return values;
  if (values instanceof BigInt64Array) return fromInt64(values);
  return Float64Array.from(values as ArrayLike<unknown>, (value) => Number(value ?? Number.NaN));
}

const isNumeric = (element: SchemaElement) => !["bool", "object"].includes(dtypeOfElement(element));

function dtypeOfElement(element: SchemaElement): Dtype {
  const { type, converted_type, logical_type, num_children, repetition_type } = element;
  if (num_children || repetition_type === "REPEATED") return "object";
  if (converted_type === "DATE" || converted_type?.startsWith("TIMESTAMP") || type === "INT96") return "datetime64[ns]";
  if (logical_type?.type === "TIMESTAMP" || logical_type?.type === "DATE") return "datetime64[ns]";
  if (converted_type?.startsWith("TIME_") || logical_type?.type === "TIME") return "object";
  if (converted_type === "DECIMAL" || logical_type?.type === "FLOAT16") return "float64";
  if (type === "BOOLEAN") return "bool";
  if (type === "INT32" || type === "INT64") return "int64";
  return type === "FLOAT" || type === "DOUBLE" ? "float64" : "object";
}
