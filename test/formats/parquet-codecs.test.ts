import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parquetCodecs } from "../../src/formats/parquet-codecs.ts";

const ODD_SIZES = [0, 1, 64, 4_096, 40_952, 40_960, 40_968, 65_536, 81_920, 122_880, 409_600, 1_048_576];

const pageOf = (bytes: number) => Uint8Array.from({ length: bytes }, (_, index) => (index * index) % 251);

describe.each([
  ["ZSTD", zstdCompressSync],
  ["GZIP", gzipSync],
  ["BROTLI", brotliCompressSync],
] as const)("%s", (codec, compress) => {
  it.each(ODD_SIZES)("gives back a page of %i bytes", (bytes) => {
    const page = pageOf(bytes);
    const unpacked = parquetCodecs[codec]?.(new Uint8Array(compress(page)), bytes);
    expect(unpacked).toHaveLength(bytes);
    expect(page.every((byte, index) => byte === unpacked?.[index])).toBe(true);
  });
});
