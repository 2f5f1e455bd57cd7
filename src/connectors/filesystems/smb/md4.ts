const INITIAL_STATE = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
/** The order of words, the rotations and the constant of each round (RFC 1320, 3.4). */
const ROUNDS = [
  { order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], turns: [3, 7, 11, 19], add: 0 },
  { order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15], turns: [3, 5, 9, 13], add: 0x5a827999 },
  { order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], turns: [3, 9, 11, 15], add: 0x6ed9eba1 },
] as const;
const MIXES = [
  (x: number, y: number, z: number) => (x & y) | (~x & z),
  (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
  (x: number, y: number, z: number) => x ^ y ^ z,
] as const;

/** MD4 (RFC 1320), which passwords of NTLM are hashed with; runtimes may have given it up. */
export function md4(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.byteLength + 9) / 64) * 64);
  padded.set(message);
  padded[message.byteLength] = 0x80;
  padded.writeBigUInt64LE(BigInt(message.byteLength) * 8n, padded.length - 8);
  let state: readonly [number, number, number, number] = INITIAL_STATE;
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d] = state;
    for (const [round, { order, turns, add }] of ROUNDS.entries()) {
      const mix = MIXES[round] ?? MIXES[0];
      for (const [step, word] of order.entries()) {
        const sum = (a + mix(b, c, d) + padded.readUInt32LE(block + word * 4) + add) >>> 0;
        const turn = turns[step % 4] ?? 0;
        [a, d, c, b] = [d, c, b, (sum << turn) | (sum >>> (32 - turn))];
      }
    }
    state = [(state[0] + a) >>> 0, (state[1] + b) >>> 0, (state[2] + c) >>> 0, (state[3] + d) >>> 0];
  }
  const digest = Buffer.alloc(16);
  for (const [index, word] of state.entries()) digest.writeUInt32LE(word, index * 4);
  return digest;
}
