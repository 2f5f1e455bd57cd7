/** Length of a run that goes on in the bytes behind its token. */
const LONGEST_IN_TOKEN = 15;
const LEAST_MATCH = 4;
/** Before each block of the framing that Hadoop writes: the length unpacked and packed, big-endian. */
const FRAME_BYTES = 8;

/** Unpacks an LZ4 block of known length; throws a RangeError when it is none. */
export function unpackLz4(packed: Uint8Array, length: number): Uint8Array {
  const target = new Uint8Array(length);
  if (unpackBlock(packed, target, 0) !== length) throw broken();
  return target;
}

/** Unpacks what Parquet calls LZ4: a block, or blocks in Hadoop's framing, which only its lengths tell apart. */
export function unpackFramedLz4(packed: Uint8Array, length: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const framed =
    packed.length > FRAME_BYTES && view.getUint32(0) <= length && view.getUint32(4) <= packed.length - FRAME_BYTES;
  if (!framed) return unpackLz4(packed, length);
  const target = new Uint8Array(length);
  let filled = 0;
  for (let offset = 0; offset < packed.length;) {
    const end = offset + FRAME_BYTES + view.getUint32(offset + 4);
    filled = unpackBlock(packed.subarray(offset + FRAME_BYTES, end), target, filled);
    offset = end;
  }
  if (filled !== length) throw broken();
  return target;
}

/** Writes a block's bytes from `start` on; returns where they end. */
function unpackBlock(packed: Uint8Array, target: Uint8Array, start: number): number {
  let from = 0;
  let to = start;
  const readLength = (length: number): number => {
    let whole = length;
    for (let byte = length === LONGEST_IN_TOKEN ? 255 : 0; byte === 255;) {
      byte = packed[from++] ?? 0;
      whole += byte;
    }
    return whole;
  };
  while (from < packed.length) {
    const token = packed[from++] as number;
    const literals = readLength(token >> 4);
    if (from + literals > packed.length || to + literals > target.length) throw broken();
    target.set(packed.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from >= packed.length) break;
    const distance = (packed[from] as number) | ((packed[from + 1] ?? 0) << 8);
    from += 2;
    const end = to + readLength(token & LONGEST_IN_TOKEN) + LEAST_MATCH;
    if (distance === 0 || distance > to || end > target.length) throw broken();
    // A match may reach into what it is just writing.
    for (; to < end; to++) target[to] = target[to - distance] as number;
  }
  return to;
}

const broken = () => new RangeError("The bytes are no LZ4 block");
