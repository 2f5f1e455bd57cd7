import { expect, it } from "vitest";
import { unpackFramedLz4, unpackLz4 } from "../../src/formats/lz4.ts";

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** `abc`, then nine bytes that begin three back, then the closing literals `end!!`. */
const BLOCK = Uint8Array.of(0x35, ...bytesOf("abc"), 3, 0, 0x50, ...bytesOf("end!!"));
const UNPACKED = "abcabcabcabcend!!";

it("a match may overlap what it writes", () => {
  expect(textOf(unpackLz4(BLOCK, UNPACKED.length))).toBe(UNPACKED);
});

it("lengths above 15 go on in the bytes behind", () => {
  const long = "x".repeat(15 + 255 + 7);
  expect(textOf(unpackLz4(Uint8Array.of(0xf0, 255, 7, ...bytesOf(long)), long.length))).toBe(long);
});

it("Hadoop's framing of several blocks is told from a bare block", () => {
  const frame = [0, 0, 0, UNPACKED.length, 0, 0, 0, BLOCK.length, ...BLOCK];
  const length = 2 * UNPACKED.length;
  expect(textOf(unpackFramedLz4(Uint8Array.from([...frame, ...frame]), length))).toBe(UNPACKED + UNPACKED);
  expect(textOf(unpackFramedLz4(BLOCK, UNPACKED.length))).toBe(UNPACKED);
});

it.each([
  ["a match before the first byte", Uint8Array.of(0x10, 97, 5, 0, 0x10, 98)],
  ["literals beyond the end", Uint8Array.of(0x90, 97)],
  ["more than announced", Uint8Array.of(0x50, ...bytesOf("abcde"))],
])("%s are refused", (_, block) => {
  expect(() => unpackLz4(block, 4)).toThrow(RangeError);
});
