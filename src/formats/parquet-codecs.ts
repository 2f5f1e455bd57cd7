import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { type Compressors, snappyUncompress } from "hyparquet";
import { unpackFramedLz4, unpackLz4 } from "./lz4.ts";

/** Of one page unpacked: writers make pages of 1 MiB, or one of a whole row group. */
export const MOST_PAGE_BYTES = 16 * 1024 * 1024;

/** The runtime counts the room that it takes for an output, of which there may be twice as much as is filled. */
const MOST_OUTPUT = { maxOutputLength: 2 * MOST_PAGE_BYTES + 4096 };

/** What Parquet files may be compressed with; a page that says it is larger than fits in memory throws a RangeError. */
export const parquetCodecs: Compressors = {
  // One output chunk: with the default of 16 KiB unpacking takes longer.
  ZSTD: capped((page, length) =>
    zstdDecompressSync(withEmptyFrame(page), { chunkSize: Math.max(64, length), ...MOST_OUTPUT }),
  ),
  GZIP: capped((page) => gunzipSync(page, MOST_OUTPUT)),
  BROTLI: capped((page) => brotliDecompressSync(page, MOST_OUTPUT)),
  SNAPPY: capped((page, length) => {
    const target = new Uint8Array(length);
    snappyUncompress(page, target);
    return target;
  }),
  LZ4: capped(unpackFramedLz4),
  LZ4_RAW: capped(unpackLz4),
};

/** A skippable frame without content (RFC 8878, 3.1.2). */
const EMPTY_FRAME = new Uint8Array([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);

/** workerd takes a page of exactly 40,960 bytes, or of a multiple, for one that was cut off, unless more follows it. */
function withEmptyFrame(page: Uint8Array): Uint8Array {
  const longer = new Uint8Array(page.byteLength + EMPTY_FRAME.byteLength);
  longer.set(page);
  longer.set(EMPTY_FRAME, page.byteLength);
  return longer;
}

type Unpack = (page: Uint8Array, length: number) => Uint8Array;

function capped(unpack: Unpack): Unpack {
  return (page, length) => {
    if (!(length <= MOST_PAGE_BYTES)) throw new RangeError("A page is too large to be read");
    const unpacked = unpack(page, length);
    if (unpacked.byteLength > length) throw new RangeError("A page is larger than it says");
    return unpacked;
  };
}
