import { type AsyncBuffer, type FileMetaData, parquetScan, type RowGroup, type SchemaElement } from "hyparquet";
import { AppError, unprocessable } from "../errors.ts";
import { parquetCodecs } from "./parquet-codecs.ts";
import { isDecimal } from "./parquet-decimals.ts";
import { readFooter } from "./parquet-footer.ts";
import { holdGroup } from "./parquet-group.ts";
import { readableSchema, topLevel } from "./parquet-schema.ts";
import { jsonValueOf, parquetTimes } from "./parquet-values.ts";

/** A Parquet file whose rows are read part by part. */
export interface ParquetRows {
  row_count: number;
  /** Of its columns that are not inside another. */
  names: string[];
  /** Rows from a number on, as many as fit in memory: at least one, none behind the last. Throws `unprocessable`. */
  read(from: number): Promise<Record<string, unknown>[]>;
}

/** Decoded at once. */
const CELLS_A_PART = 200_000;
/** As Parquet counts them before compression. */
const BYTES_A_PART = 16 * 1024 * 1024;

/** Opens a Parquet file; integers beyond 2^53 become bigints, dates and times texts. Throws `unprocessable` when it is none. */
export async function openParquetRows(file: AsyncBuffer): Promise<ParquetRows> {
  const metadata = await readFooter(file).catch((error: unknown) => {
    if (!(error instanceof Error) || error instanceof AppError) throw error;
    throw unprocessable([{ field: "file", message: `is no Parquet: ${error.message}` }]);
  });
  const elements = topLevel(metadata.schema);
  const schema = readableSchema(metadata.schema);
  const most = Math.max(1000, Math.floor(CELLS_A_PART / Math.max(1, elements.length)));
  let held: { group: RowGroup; file: AsyncBuffer } | null = null;
  return {
    row_count: Number(metadata.num_rows),
    names: elements.map(({ name }) => name),
    async read(from) {
      let before = 0;
      const group = metadata.row_groups.find(({ num_rows }) => {
        const holds = from < before + Number(num_rows);
        if (!holds) before += Number(num_rows);
        return holds;
      });
      if (!group) return [];
      if (held?.group !== group) held = { group, file: await holdGroup(file, group) };
      const rowStart = from - before;
      const rowEnd = Math.min(Number(group.num_rows), rowStart + Math.min(most, rowsWithin(group)));
      const part = { ...metadata, schema, row_groups: [group], num_rows: group.num_rows };
      const rows: Record<string, unknown>[] = Array.from({ length: rowEnd - rowStart }, () => ({}));
      for (const element of elements) {
        const column = element.name;
        const values = await readValues(held.file, part, { column, rowStart, rowEnd });
        const show = rowValueOf(element);
        for (const [index, row] of rows.entries()) row[column] = show(values[index]);
      }
      return rows;
    },
  };
}

/** How many rows of a group have the bytes that are decoded at once, if all are alike; at least one. */
function rowsWithin({ columns, num_rows }: RowGroup): number {
  const bytes = columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
  return Math.max(1, Math.floor((Number(num_rows) * BYTES_A_PART) / Math.max(1, bytes)));
}

/** The values of a column; what hyparquet throws, in errors of no kind, is the file's fault and not that of its storage. */
async function readValues(
  file: AsyncBuffer,
  metadata: FileMetaData,
  range: { column: string; rowStart: number; rowEnd: number },
): Promise<ArrayLike<unknown>> {
  const reading = { compressors: parquetCodecs, parsers: parquetTimes, utf8: false };
  try {
    const scan = await parquetScan({ file, metadata, columns: [range.column], ...reading });
    return await scan.readColumn(range);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unprocessable([{ field: "file", message: "is damaged, or written in a way that is not read" }]);
  }
}

/** As JSON shows it, but for what JSON would round; a column of decimals stays one of numbers. */
function rowValueOf(element: SchemaElement): (value: unknown) => unknown {
  const show = jsonValueOf(element);
  if (isDecimal(element)) {
    return (value) => {
      const shown = show(value);
      return typeof shown === "string" ? Number(shown) : shown;
    };
  }
  return (value) => (typeof value === "bigint" && !Number.isSafeInteger(Number(value)) ? value : show(value));
}
