import { expect, it } from "vitest";
import { bytesText, floatText, quotedText } from "../../src/formats/python-text.ts";

// The second of each pair is what `repr` of CPython 3 gives for the first.

it.each([
  ["plain", "'plain'"],
  ["it's", `"it's"`],
  [`"it's"`, `'"it\\'s"'`],
  ["a\\b\n\r\t\0", "'a\\\\b\\n\\r\\t\\x00'"],
  ["é 日 😀", "'é 日 😀'"],
  ["\u00a0\u2028\ue000", "'\\xa0\\u2028\\ue000'"],
])("a text is in quotes as Python has it: %j", (text, expected) => {
  expect(quotedText(text)).toBe(expected);
});

it.each([
  [[], "b''"],
  [[97, 39, 98], `b"a'b"`],
  [[34, 39], `b'"\\''`],
  [[92, 10, 13, 9, 0, 126, 127, 255], "b'\\\\\\n\\r\\t\\x00~\\x7f\\xff'"],
])("bytes are in quotes as Python has them: %j", (bytes, expected) => {
  expect(bytesText(Uint8Array.from(bytes))).toBe(expected);
});

it.each([
  [1, "1.0"],
  [-0, "-0.0"],
  [0.1, "0.1"],
  [1e-4, "0.0001"],
  [1e-5, "1e-05"],
  [1.5e-7, "1.5e-07"],
  [1e15, "1000000000000000.0"],
  [1e16, "1e+16"],
  [-1.25e100, "-1.25e+100"],
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NaN, "nan"],
])("a float has the digits that Python gives it: %d", (value, expected) => {
  expect(floatText(value)).toBe(expected);
});
