import { constants, zstdCompressSync } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Table, TableValues } from "./table.ts";
import { toInt64 } from "./int64.ts";
import type { TimedRows } from "./timed-rows.ts";

/** Rows of a row group: small enough that a day of minutes reads little, large enough to compress. */
export const ROW_GROUP_ROWS = 10_000;

/** A finished file and what a manifest says of it; times in ms, null for a file without rows. */
export interface CandleFile {
  bytes: Uint8Array<ArrayBuffer>;
  /** The footer with its length and the closing magic: the last bytes of the file. */
  footer_bytes: number;
  row_count: number;
  time_from: number | null;
  time_to: number | null;
}

/** Writes a Parquet file piece by piece; every call returns the bytes that are now final. */
export interface ParquetStream {
  write(columns: ReadonlyMap<string, TableValues>): Uint8Array<ArrayBuffer>;
  finish(): Uint8Array<ArrayBuffer>;
}

/** A Parquet file of rows sorted by `ts`: REQUIRED columns, zstd, min and max of every row group. */
export function writeCandleFile(rows: TimedRows): CandleFile {
  const columns = new Map(Object.entries(rows));
  const stream = createParquetStream([...columns.keys()]);
  const body = stream.write(columns);
  const tail = stream.finish();
  const bytes = new Uint8Array(body.length + tail.length);
  bytes.set(body);
  bytes.set(tail, body.length);
  return {
    bytes,
    footer_bytes: new DataView(bytes.buffer).getUint32(bytes.length - 8, true) + 8,
    row_count: rows.ts.length,
    time_from: rows.ts.at(0) ?? null,
    time_to: rows.ts.at(-1) ?? null,
  };
}

/** A Parquet file of a table, as files of candles are, with its texts as UTF-8. */
export function writeTableFile({ columns, row_count }: Table): {
  bytes: Uint8Array<ArrayBuffer>;
  footer_bytes: number;
} {
  const texts = new Set([...columns].filter(([, values]) => Array.isArray(values)).map(([name]) => name));
  const stream = createParquetStream([...columns.keys()], texts);
  const body = row_count > 0 ? stream.write(columns) : new Uint8Array();
  const tail = stream.finish();
  const bytes = new Uint8Array(body.length + tail.length);
  bytes.set(body);
  bytes.set(tail, body.length);
  return { bytes, footer_bytes: new DataView(bytes.buffer).getUint32(bytes.length - 8, true) + 8 };
}

/**
 * Starts a file of these columns: `ts` is INT64 in ms without a logical type, those among `texts` are UTF-8, every other
 * one DOUBLE.
 */
export function createParquetStream(names: readonly string[], texts: ReadonlySet<string> = new Set()): ParquetStream {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: schemaOf(names, texts),
    codec: "ZSTD",
    compressors: { ZSTD: compressPage },
    createdBy: "catchment",
  });
  // The writer counts file offsets apart from its buffer, so the buffer can be handed out and used again.
  const drain = () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  return {
    write(columns) {
      const columnData = [...columns].map(([name, values]) => ({
        name,
        data: name === "ts" && !Array.isArray(values) ? toInt64(values) : values,
        encoding: "PLAIN" as const,
        offsetIndex: false,
      }));
      // One page a chunk: a reader that wants part of a row group takes it whole.
      void parquet.write({ columnData, rowGroupSize: ROW_GROUP_ROWS, pageSize: 0 });
      return drain();
    },
    finish() {
      void parquet.finish();
      return drain();
    },
  };
}

function schemaOf(names: readonly string[], texts: ReadonlySet<string>): SchemaElement[] {
  const fields = names.map((name): SchemaElement => {
    if (texts.has(name)) return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" };
    return { name, type: name === "ts" ? "INT64" : "DOUBLE", repetition_type: "REQUIRED" };
  });
  return [{ name: "candles", num_children: fields.length }, ...fields];
}

function compressPage(page: Uint8Array): Uint8Array {
  // One output chunk: with the default of 16 KiB compressing takes twice as long.
  return zstdCompressSync(page, {
    chunkSize: page.byteLength + 1024,
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  });
}
