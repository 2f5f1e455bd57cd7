import type { AsyncBuffer } from "hyparquet";
import { parseExactJson } from "../../formats/exact-json.ts";
import { notCsv } from "../../formats/csv-dialect.ts";
import { toJsonRecord } from "../../formats/json-source.ts";
import { splitJson } from "../../formats/json-values.ts";
import { openForward } from "../../formats/packed-file.ts";
import type { FilePosition, FileWindow } from "./csv-file-rows.ts";

const PIECE_BYTES = 1024 * 1024;

/**
 * Rows of a JSON array or of JSON lines, in the pieces in which they are read; a position counts rows. Throws
 * `unprocessable` for what is no JSON.
 */
export function openJsonRows(file: AsyncBuffer): (position: FilePosition | null) => Promise<FileWindow> {
  let parts: AsyncIterator<unknown[]> | null = null;
  let passed = 0;
  return async (position) => {
    const from = position?.offset ?? 0;
    if (parts === null || from < passed) {
      parts = splitJson(readPieces(file), parseExactJson);
      passed = 0;
    }
    for (;;) {
      const { done, value } = await nextPart(parts);
      if (done) return { ...NO_ROWS, next: null };
      const rows = value.slice(Math.max(0, from - passed)).map(toJsonRecord);
      passed += value.length;
      if (rows.length === 0) continue;
      const lines = rows.map((_, index) => passed - rows.length + index + 1);
      return { ...NO_ROWS, rows, lines, next: { offset: passed, line: passed + 1 } };
    }
  };
}

const NO_ROWS = { rows: [], lines: [], rejected: [], rejected_count: 0 };

async function nextPart(parts: AsyncIterator<unknown[]>): Promise<IteratorResult<unknown[]>> {
  try {
    return await parts.next();
  } catch (error) {
    // A TypeError is the decoder's, of what is no UTF-8.
    if (!(error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError)) throw error;
    throw notCsv(`is no JSON: ${error.message}`);
  }
}

async function* readPieces(file: AsyncBuffer): AsyncGenerator<Uint8Array> {
  const text = await openForward(file);
  for (let offset = 0, ended = false; !ended; offset += PIECE_BYTES) {
    const { bytes, last } = await text.read(offset, PIECE_BYTES);
    const isMarked = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    yield isMarked ? bytes.subarray(3) : bytes;
    ended = last;
  }
}
