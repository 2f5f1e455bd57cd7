import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Compressors } from "hyparquet";
import { unpackFramedLz4, unpackLz4 } from "./lz4.ts";

/** What Parquet files may be compressed with, beside Snappy, which the reader brings itself. */
export const parquetCodecs: Compressors = {
  // One output chunk: with the default of 16 KiB unpacking takes longer.
  ZSTD: (page, length) => zstdDecompressSync(page, { chunkSize: Math.max(64, length) }),
  GZIP: (page) => gunzipSync(page),
  BROTLI: (page) => brotliDecompressSync(page),
  LZ4: unpackFramedLz4,
  LZ4_RAW: unpackLz4,
};
