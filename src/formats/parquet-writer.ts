import { constants, zstdCompressSync } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { CANDLE_COLUMNS, type Candles } from "./candles.ts";
import type { NumberColumns } from "./json-rows.ts";
import { toInt64 } from "./int64.ts";

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
  write(columns: NumberColumns): Uint8Array<ArrayBuffer>;
  finish(): Uint8Array<ArrayBuffer>;
}

/** A Parquet file of candles sorted by `ts`: REQUIRED columns, zstd, min and max of every row group. */
export function writeCandleFile(candles: Candles): CandleFile {
  const stream = createParquetStream(CANDLE_COLUMNS);
  const columns = new Map(CANDLE_COLUMNS.map((name) => [name, candles[name]]));
  const body = stream.write(columns);
  const tail = stream.finish();
  const bytes = new Uint8Array(body.length + tail.length);
  bytes.set(body);
  bytes.set(tail, body.length);
  return {
    bytes,
    footer_bytes: new DataView(bytes.buffer).getUint32(bytes.length - 8, true) + 8,
    row_count: candles.ts.length,
    time_from: candles.ts.at(0) ?? null,
    time_to: candles.ts.at(-1) ?? null,
  };
}

/** Starts a file of these columns: `ts` is INT64 in ms without a logical type, every other one DOUBLE. */
export function createParquetStream(names: readonly string[]): ParquetStream {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: candleSchema(names),
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
        data: name === "ts" ? toInt64(values) : values,
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

function candleSchema(names: readonly string[]): SchemaElement[] {
  const fields = names.map((name): SchemaElement => ({
    name,
    type: name === "ts" ? "INT64" : "DOUBLE",
    repetition_type: "REQUIRED",
  }));
  return [{ name: "candles", num_children: fields.length }, ...fields];
}

function compressPage(page: Uint8Array): Uint8Array {
  // One output chunk: with the default of 16 KiB compressing takes twice as long.
  return zstdCompressSync(page, {
    chunkSize: page.byteLength + 1024,
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  });
}
