import { constants, crc32, deflateRawSync } from "node:zlib";
import { combineCrc32 } from "./crc32.ts";

/**
 * JSON arrays as gzip files that can be joined without unpacking: the brackets stand in stored blocks of their own
 * (RFC 1951, 3.2.4), and what is between them ends on a byte boundary. Several gzip members would be simpler, but
 * browsers read only the first.
 */
const GZIP_HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
const OPENING = Uint8Array.of(...GZIP_HEADER, ...storedByte("[", { last: false }));
const COMMA = Uint8Array.from(storedByte(",", { last: false }));
const CLOSING = Uint8Array.from(storedByte("]", { last: true }));
const TRAILER_BYTES = 8;

/** Packs an array; `elements` are its JSON elements with commas between them. */
export function packJsonArray(elements: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = deflateRawSync(elements, { finishFlush: constants.Z_SYNC_FLUSH });
  const crc = crc32("]", crc32(elements, crc32("[")));
  return joinBytes([OPENING, packed, CLOSING, trailer(crc, elements.length + 2)]);
}

/**
 * One gzip file of one array from several that `packJsonArray` made, in pieces; each is loaded when its turn comes.
 * None of them may be empty arrays.
 */
export async function* joinPackedArrays(
  loaders: readonly (() => Promise<Uint8Array>)[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let crc = crc32("[");
  let length = 1;
  yield OPENING.slice();
  for (const [index, load] of loaders.entries()) {
    const file = await load();
    const last = index === loaders.length - 1;
    const part = elementsOf(file, last ? "]" : ",");
    crc = combineCrc32(crc, part.crc, part.length);
    length += part.length;
    yield joinBytes([part.packed, last ? CLOSING : COMMA]);
  }
  yield trailer(crc, length);
}

/** The packed elements of an array, and CRC and length of them with `following` in place of the closing bracket. */
function elementsOf(file: Uint8Array, following: "," | "]") {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = view.getUint32(file.length - 4, true) - 1;
  const whole = view.getUint32(file.length - TRAILER_BYTES, true);
  const withoutOpening = (whole ^ combineCrc32(crc32("["), 0, length)) >>> 0;
  return {
    packed: file.subarray(OPENING.length, file.length - TRAILER_BYTES - CLOSING.length),
    // Texts of one length that differ in the last byte only have CRCs that differ as those bytes' do.
    crc: (withoutOpening ^ crc32("]") ^ crc32(following)) >>> 0,
    length,
  };
}

function storedByte(character: string, { last }: { last: boolean }): number[] {
  return [last ? 1 : 0, 1, 0, 0xfe, 0xff, character.charCodeAt(0)];
}

function trailer(crc: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TRAILER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, crc, true);
  view.setUint32(4, length, true);
  return bytes;
}

function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
