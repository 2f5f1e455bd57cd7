import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { AsyncBuffer } from "hyparquet";
import { unprocessable } from "../errors.ts";

/** A file as it is read from its beginning to its end, unpacked where it is packed. */
export interface ForwardFile {
  /** Up to `length` bytes from `offset` on, fewer only at the end; `last` when nothing follows them. */
  read(offset: number, length: number): Promise<{ bytes: Uint8Array; last: boolean }>;
}

const PIECE_BYTES = 1024 * 1024;
const UNPACKED_BYTES = 256 * 1024;
/** A few packed bytes can be any number of bytes; no source of tables needs more. */
const MOST_UNPACKED_BYTES = 2 * 1024 ** 3;

/** Opens a file that may be packed by gzip (RFC 1952, several members too), which its first bytes tell. */
export async function openForward(file: AsyncBuffer): Promise<ForwardFile> {
  const [first, second] = new Uint8Array(await file.slice(0, Math.min(2, file.byteLength)));
  return first === 0x1f && second === 0x8b ? unpack(file) : plain(file);
}

const plain = (file: AsyncBuffer): ForwardFile => ({
  async read(offset, length) {
    const end = Math.min(file.byteLength, offset + length);
    const bytes = end > offset ? new Uint8Array(await file.slice(offset, end)) : new Uint8Array();
    return { bytes, last: end >= file.byteLength };
  },
});

/** What was read is forgotten once a read begins behind it; one that begins before it unpacks from the beginning. */
function unpack(file: AsyncBuffer): ForwardFile {
  let pieces: AsyncIterator<Uint8Array> | null = null;
  let held: Uint8Array[] = [];
  let start = 0;
  let ended = false;
  return {
    async read(offset, length) {
      if (pieces === null || offset < start) {
        pieces = unpacked(file);
        held = [];
        start = 0;
        ended = false;
      }
      let size = held.reduce((sum, piece) => sum + piece.length, 0);
      // One byte more tells whether these are the last.
      while (!ended && start + size <= offset + length) {
        const { done, value } = await pieces.next();
        if (done) ended = true;
        else {
          held.push(value);
          size += value.length;
        }
        for (let head = held[0]; head && start + head.length <= offset; head = held[0]) {
          held.shift();
          start += head.length;
          size -= head.length;
        }
      }
      const bytes = joinPieces(held, size).subarray(offset - start);
      held = [bytes];
      start = offset;
      return { bytes: bytes.subarray(0, length), last: ended && bytes.length <= length };
    },
  };
}

async function* unpacked(file: AsyncBuffer): AsyncGenerator<Uint8Array> {
  try {
    const gunzip = createGunzip({ chunkSize: UNPACKED_BYTES });
    // What fails in the file comes out of the iteration.
    pipeline(Readable.from(piecesOf(file), { objectMode: false }), gunzip, () => {});
    let size = 0;
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (size > MOST_UNPACKED_BYTES) throw unprocessable([{ field: "file", message: "unpacks to more than 2 GiB" }]);
      yield piece;
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!code.startsWith("Z_")) throw error;
    throw unprocessable([{ field: "file", message: "is packed by gzip and damaged" }]);
  }
}

async function* piecesOf(file: AsyncBuffer): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < file.byteLength; offset += PIECE_BYTES) {
    yield new Uint8Array(await file.slice(offset, Math.min(file.byteLength, offset + PIECE_BYTES)));
  }
}

function joinPieces(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = pieces;
  if (only && pieces.length === 1) return only;
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}
