import { malformed, unreadablePickle } from "./pickle-errors.ts";

/** Reads a file from its start; every method moves on, and throws 400 where the file ends before. */
export interface ByteReader {
  byte(): number;
  uint16(): number;
  int32(): number;
  uint32(): number;
  float64BigEndian(): number;
  /** A length of 8 bytes; never more than what is left. */
  length64(): number;
  /** A view on the next bytes. */
  take(length: number): Uint8Array;
  /** A view on the bytes up to the next line feed, which is passed over. */
  line(): Uint8Array;
  /** Bytes that are left. */
  readonly left: number;
}

const LINE_FEED = 10;

export function createByteReader(bytes: Uint8Array): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  const advance = (length: number) => {
    if (length < 0 || length > bytes.length - position) throw unreadablePickle("The pickle ends before it is complete");
    const start = position;
    position += length;
    return start;
  };
  return {
    byte: () => bytes[advance(1)] as number,
    uint16: () => view.getUint16(advance(2), true),
    int32: () => view.getInt32(advance(4), true),
    uint32: () => view.getUint32(advance(4), true),
    float64BigEndian: () => view.getFloat64(advance(8)),
    length64() {
      const start = advance(8);
      return view.getUint32(start + 4, true) * 2 ** 32 + view.getUint32(start, true);
    },
    take(length) {
      const start = advance(length);
      return bytes.subarray(start, start + length);
    },
    line() {
      const end = bytes.indexOf(LINE_FEED, position);
      if (end === -1) throw malformed("a line without an end");
      const line = bytes.subarray(position, end);
      position = end + 1;
      return line;
    },
    get left() {
      return bytes.length - position;
    },
  };
}
