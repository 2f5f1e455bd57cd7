import type { AsyncBuffer, RowGroup } from "hyparquet";
import { unprocessable } from "../errors.ts";

/** Held while the parts of a group are read. */
const MOST_HELD_BYTES = 16 * 1024 * 1024;
/** Without an index of its pages, a column is read whole for each part. */
const MOST_COLUMN_BYTES = 64 * 1024 * 1024;

/**
 * A file of which a row group is to be read part by part: where the group is small its bytes are read at once, and not
 * again. Throws `unprocessable` when a column of it would not fit in memory.
 */
export async function holdGroup(file: AsyncBuffer, { columns }: RowGroup): Promise<AsyncBuffer> {
  let [start, end] = [file.byteLength, 0];
  for (const { meta_data, offset_index_offset } of columns) {
    if (!meta_data) continue;
    const from = Number(meta_data.dictionary_page_offset || meta_data.data_page_offset);
    const size = Number(meta_data.total_compressed_size);
    if (size > MOST_COLUMN_BYTES && !offset_index_offset) {
      const message = `has a column of more than ${MOST_COLUMN_BYTES} bytes in one row group`;
      throw unprocessable([{ field: "file", message }]);
    }
    [start, end] = [Math.min(start, from), Math.max(end, from + size)];
  }
  // Damaged numbers are left to the reader, who says so.
  const isRange = start >= 0 && end > start && end <= file.byteLength;
  if (!isRange || end - start > MOST_HELD_BYTES) return file;
  const held = await file.slice(start, end);
  return {
    byteLength: file.byteLength,
    slice: (from, to = file.byteLength) =>
      from >= start && to <= end ? held.slice(from - start, to - start) : file.slice(from, to),
  };
}
