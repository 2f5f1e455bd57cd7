import { badRequest } from "../../../errors.ts";

/** One parameter of D1 may have 2 MB; below that, several statements are quicker than one. */
const CHUNK_BYTES = 900_000;
const ASCII = /^[\0-\x7f]*$/;
const LONGEST_BYTES = 1_900_000;

/** JSON arrays of at most 900 kB from elements that are JSON already. Throws 400 for an element that no row can hold. */
export function joinChunks(elements: Iterable<string>, table: string): string[] {
  const chunks: string[] = [];
  let chunk: string[] = [];
  let size = 0;
  for (const element of elements) {
    const bytes = countBytes(element) + 1;
    if (bytes > LONGEST_BYTES) throw badRequest(`A row of ${table} is larger than 1.9 MB`, "ROW_TOO_LARGE");
    if (size + bytes > CHUNK_BYTES && chunk.length > 0) {
      chunks.push(`[${chunk.join(",")}]`);
      chunk = [];
      size = 0;
    }
    chunk.push(element);
    size += bytes;
  }
  if (chunk.length > 0) chunks.push(`[${chunk.join(",")}]`);
  return chunks;
}

/** Bytes of a text in UTF-8. */
function countBytes(text: string): number {
  let bytes = text.length;
  if (ASCII.test(text)) return bytes;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) bytes += unit >= 0x800 ? 2 : 1;
  }
  return bytes;
}
