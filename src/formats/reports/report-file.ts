import { constants, zstdCompressSync } from "node:zlib";
import { type AsyncBuffer, type FileMetaData, type SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { AppError } from "../../errors.ts";
import { readFooter } from "../parquet-footer.ts";
import { openParquetRows } from "../parquet-rows.ts";
import { type ColumnKind, KINDS, type KindedColumn } from "./column-kinds.ts";
import type { ReportCell } from "./report.ts";

/** A Parquet file that reports were merged into, read part by part. */
export interface ReportFile {
  columns: KindedColumn[];
  rows(): AsyncGenerator<ReportCell[]>;
}

/** Writes such a file piece by piece; every call returns the bytes that are now final. */
export interface ReportFileWriter {
  write(rows: readonly ReportCell[][]): Uint8Array<ArrayBuffer>;
  finish(): Uint8Array<ArrayBuffer>;
}

/** Says in a file's footer that it is of reports, and of which kind its columns are. */
const MARK = "catchment.report";
const PHYSICAL: Record<ColumnKind, Pick<SchemaElement, "type" | "converted_type">> = {
  // pandas shows a column without values as numbers.
  empty: { type: "DOUBLE" },
  number: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
};

/** Opens a file of reports; null for any other. */
export async function openReportFile(file: AsyncBuffer): Promise<ReportFile | null> {
  // Whatever else lies there is none, and breaks its reader in many ways; what the storage throws is ours.
  const metadata = await readFooter(file).catch((error: unknown) => {
    if (error instanceof AppError) throw error;
    return null;
  });
  const columns = metadata && columnsOf(metadata);
  if (!columns) return null;
  const source = await openParquetRows(file);
  return {
    columns,
    async *rows() {
      for (let from = 0; from < source.row_count;) {
        const part = await source.read(from);
        if (part.length === 0) return;
        for (const row of part) yield columns.map(({ name }) => toCell(row[name]));
        from += part.length;
      }
    },
  };
}

function columnsOf({ key_value_metadata, schema }: FileMetaData): KindedColumn[] | null {
  const kinds = key_value_metadata?.find(({ key }) => key === MARK)?.value?.split(",");
  const elements = schema.slice(1);
  if (kinds?.length !== elements.length) return null;
  const columns = elements.map(({ name, type }, index) => {
    const kind = KINDS.find((known) => known === kinds[index]);
    return kind && PHYSICAL[kind].type === type ? { name, kind } : null;
  });
  const whole = columns.filter((column) => column !== null);
  return whole.length === columns.length ? whole : null;
}

const toCell = (value: unknown): ReportCell =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;

/** Starts a file of these columns, which may all lack values; cells must be of their column's kind. */
export function createReportFile(columns: readonly KindedColumn[]): ReportFileWriter {
  const writer = new ByteWriter();
  const fields = columns.map(({ name, kind }): SchemaElement => ({
    name,
    repetition_type: "OPTIONAL",
    ...PHYSICAL[kind],
  }));
  const parquet = new ParquetWriter({
    writer,
    schema: [{ name: "report", num_children: fields.length }, ...fields],
    codec: "ZSTD",
    compressors: { ZSTD: compressPage },
    kvMetadata: [{ key: MARK, value: columns.map(({ kind }) => kind).join(",") }],
    createdBy: "catchment",
  });
  // The writer counts file offsets apart from its buffer, so the buffer can be handed out and used again.
  const drain = () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  return {
    write(rows) {
      const columnData = columns.map(({ name }, index) => ({ name, data: rows.map((row) => row[index] ?? null) }));
      void parquet.write({ columnData, rowGroupSize: Math.max(1, rows.length) });
      return drain();
    },
    finish() {
      void parquet.finish();
      return drain();
    },
  };
}

function compressPage(page: Uint8Array): Uint8Array {
  return zstdCompressSync(page, {
    chunkSize: page.byteLength + 1024,
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  });
}
