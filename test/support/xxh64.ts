const MASK = (1n << 64n) - 1n;
const [P1, P2, P3, P4, P5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];

const multiply = (one: bigint, other: bigint) => (one * other) & MASK;
const rotate = (value: bigint, bits: bigint) => ((value << bits) | (value >> (64n - bits))) & MASK;
const round = (lane: bigint, input: bigint) => multiply(rotate((lane + multiply(input, P2)) & MASK, 31n), P1);

/** XXH64 with seed 0, by its specification (xxHash, doc/xxhash_spec.md): slow, and no kin of what the product uses. */
export function xxh64(bytes: Buffer): string {
  const { byteLength: size } = bytes;
  let place = 0;
  let hash: bigint = P5;
  if (size >= 32) {
    let [a, b, c, d] = [(P1 + P2) & MASK, P2, 0n, -P1 & MASK];
    for (; place + 32 <= size; place += 32) {
      a = round(a, bytes.readBigUInt64LE(place));
      b = round(b, bytes.readBigUInt64LE(place + 8));
      c = round(c, bytes.readBigUInt64LE(place + 16));
      d = round(d, bytes.readBigUInt64LE(place + 24));
    }
    hash = (rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)) & MASK;
    for (const lane of [a, b, c, d]) hash = (multiply(hash ^ round(0n, lane), P1) + P4) & MASK;
  }
  hash = (hash + BigInt(size)) & MASK;
  for (; place + 8 <= size; place += 8) {
    hash = (multiply(rotate(hash ^ round(0n, bytes.readBigUInt64LE(place)), 27n), P1) + P4) & MASK;
  }
  for (; place + 4 <= size; place += 4) {
    hash = (multiply(rotate(hash ^ multiply(BigInt(bytes.readUInt32LE(place)), P1), 23n), P2) + P3) & MASK;
  }
  for (; place < size; place++) hash = multiply(rotate(hash ^ multiply(BigInt(bytes.readUInt8(place)), P5), 11n), P1);
  hash = multiply(hash ^ (hash >> 33n), P2);
  hash = multiply(hash ^ (hash >> 29n), P3);
  return (hash ^ (hash >> 32n)).toString(16).padStart(16, "0");
}
