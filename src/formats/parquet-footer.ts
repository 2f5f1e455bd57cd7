import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync } from "hyparquet";
import { isDecimal, isReadableDecimal } from "./parquet-decimals.ts";
import { topLevel } from "./parquet-schema.ts";

/** Covers the footer of files of up to 250,000 rows in six columns. */
const FIRST_READ_BYTES = 16 * 1024;
/** Parsed, a footer takes many times its bytes of memory. */
const MOST_FOOTER_BYTES = 4 * 1024 * 1024;

/**
 * What the footer of a Parquet file says. Throws a plain error when it is none, or says more than fits in memory, and
 * what the storage throws.
 */
export async function readFooter(file: AsyncBuffer): Promise<FileMetaData> {
  const capped: AsyncBuffer = {
    byteLength: file.byteLength,
    async slice(start, end = file.byteLength) {
      if (end - start > MOST_FOOTER_BYTES) throw new RangeError("The footer is too large to be read");
      return file.slice(start, end);
    },
  };
  const metadata = await parquetMetadataAsync(capped, { initialFetchSize: FIRST_READ_BYTES, geoparquet: false });
  if (topLevel(metadata.schema).some((element) => isDecimal(element) && !isReadableDecimal(element))) {
    throw new RangeError("A column has decimals of too many digits to be read");
  }
  return metadata;
}
