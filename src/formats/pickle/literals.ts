import { PICKLE_LIMITS } from "./limits.ts";
import { malformed, unreadablePickle } from "./pickle-errors.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** Most texts are short ones of ASCII, for which the set-up of the decoder would be most of the work. */
const SHORT_TEXT = 48;

export function utf8Text(bytes: Uint8Array): string {
  if (bytes.length <= SHORT_TEXT && isAscii(bytes)) return String.fromCharCode(...bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed("a text");
  }
}

function isAscii(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) if ((bytes[index] as number) >= 0x80) return false;
  return true;
}

/** Bytes as characters, as Python 2 had them. */
export function latin1Text(bytes: Uint8Array): string {
  if (bytes.length <= SHORT_TEXT) return String.fromCharCode(...bytes);
  // The decoder of this name is one of Windows 1252, which differs between 0x80 and 0x9f.
  if (isAscii(bytes)) return latin1.decode(bytes);
  let text = "";
  for (let index = 0; index < bytes.length; index += 4096) {
    text += String.fromCharCode(...bytes.subarray(index, index + 4096));
  }
  return text;
}

/** A whole number as little-endian bytes of two's complement. */
export function integerOfBytes(bytes: Uint8Array): number | bigint {
  if (bytes.length > PICKLE_LIMITS.integer_bytes)
    throw unreadablePickle("The pickle has a whole number that is too long");
  if (bytes.length === 0) return 0;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  return toInteger(BigInt.asIntN(bytes.length * 8, BigInt(`0x${digits.toReversed().join("")}`)));
}

/** A whole number as decimal text, with the `L` that Python 2 wrote behind long ones. */
export function integerOfText(line: Uint8Array): number | bigint {
  if (line.length > PICKLE_LIMITS.digits) throw unreadablePickle("The pickle has a whole number that is too long");
  const [, sign, digits] = /^\s*([+-]?)(\d+)L?\s*$/.exec(latin1Text(line)) ?? [];
  if (digits === undefined) throw malformed("a whole number");
  if (digits.length < 16) return sign === "-" ? -Number(digits) : Number(digits);
  return toInteger(sign === "-" ? -BigInt(digits) : BigInt(digits));
}

/** Whole numbers are BigInt only where a double would not do. */
export function toInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const NOT_FINITE = new Map([
  ["nan", Number.NaN],
  ["-nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
]);

export function floatOfText(line: Uint8Array): number {
  const text = latin1Text(line.subarray(0, 64)).trim().toLowerCase();
  const named = NOT_FINITE.get(text);
  if (named !== undefined) return named;
  if (line.length > 64 || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(text)) throw malformed("a number");
  return Number(text);
}

const SHORT_ESCAPES = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
  ["\n", ""],
]);

/** A text between quotes as `repr` of Python 2 wrote it. */
export function quotedText(line: Uint8Array): string {
  const text = latin1Text(line).trim();
  const quote = text[0] ?? "";
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) throw malformed("a text in quotes");
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[^])/g, (_, escape: string) => {
    if (escape.startsWith("x") && escape.length === 3) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8) & 0xff);
    return SHORT_ESCAPES.get(escape) ?? escape;
  });
}

/** A text of latin1 in which other characters are escaped as `\uXXXX` or `\UXXXXXXXX`. */
export function escapedText(line: Uint8Array): string {
  return latin1Text(line).replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? "", 16);
    if (code > 0x10ffff) throw malformed("an escaped character");
    return String.fromCodePoint(code);
  });
}
