import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  type RowGroup,
  type SchemaElement,
} from "hyparquet";
import { AppError, unprocessable } from "../errors.ts";
import { parquetCodecs } from "./parquet-codecs.ts";
import { holdGroup } from "./parquet-group.ts";
import { topLevel } from "./parquet-source.ts";
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

/** Opens a Parquet file; integers beyond 2^53 become bigints, dates and times texts. Throws `unprocessable` when it is none. */
export async function openParquetRows(file: AsyncBuffer): Promise<ParquetRows> {
  const metadata = await parquetMetadataAsync(file, { geoparquet: false }).catch((error: unknown) => {
    if (!(error instanceof Error) || error instanceof AppError) throw error;
    throw unprocessable([{ field: "file", message: `is no Parquet: ${error.message}` }]);
  });
  const elements = topLevel(metadata.schema);
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
      const rowEnd = Math.min(Number(group.num_rows), rowStart + most);
      const part = { ...metadata, row_groups: [group], num_rows: group.num_rows };
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

/** As JSON shows it, but for what JSON would round, and for days, which have no time. */
function rowValueOf(element: SchemaElement): (value: unknown) => unknown {
  const show = jsonValueOf(element);
  const isDay = element.converted_type === "DATE" || element.logical_type?.type === "DATE";
  return (value) => {
    if (typeof value === "bigint" && !Number.isSafeInteger(Number(value))) return value;
    const shown = show(value);
    return isDay && typeof shown === "string" ? shown.slice(0, 10) : shown;
  };
}
