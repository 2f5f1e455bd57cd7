import { Buffer } from "node:buffer";
import type { SchemaElement } from "hyparquet";

/** Numbers below it have at most 15 digits, which a double gives back as they were. */
const EXACT_BELOW = 10n ** 15n;

/** Whether a column has decimals; those of lists are left to the reader. */
export const isDecimal = ({ converted_type, logical_type, repetition_type }: SchemaElement) =>
  repetition_type !== "REPEATED" && (converted_type === "DECIMAL" || logical_type?.type === "DECIMAL");

/** Digits behind the point. */
export const scaleOf = ({ scale, logical_type }: SchemaElement) =>
  scale ?? (logical_type?.type === "DECIMAL" ? logical_type.scale : 0);

/** As long as decimals of 76 digits are, the most that any program writes. */
const MOST_BYTES = 32;
const MOST_DIGITS = 76;

/** Whether decimals of a column can be read: to make numbers of endless bytes or scales takes endless time. */
export function isReadableDecimal(element: SchemaElement): boolean {
  const scale = scaleOf(element);
  return scale >= 0 && scale <= MOST_DIGITS && (element.type_length ?? 0) <= MOST_BYTES;
}

/** The double next to a decimal, from the whole number that is stored for it; NaN for what is none. */
export function decimalNumber(stored: unknown, scale: number): number {
  const unscaled = wholeNumber(stored);
  return unscaled === null ? Number.NaN : Number(`${unscaled}e-${scale}`);
}

/** A decimal as JSON can hold it: a number, or with more digits than that keeps a text; null for what is none. */
export function decimalValue(stored: unknown, scale: number): number | string | null {
  const unscaled = wholeNumber(stored);
  if (unscaled === null) return null;
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  if (BigInt(digits) < EXACT_BELOW) return Number(`${unscaled}e-${scale}`);
  const padded = digits.padStart(scale + 1, "0");
  const point = padded.length - scale;
  const text = scale > 0 ? `${padded.slice(0, point)}.${padded.slice(point)}` : padded;
  return unscaled < 0n ? `-${text}` : text;
}

/** Stored as INT32, INT64, or up to 32 big-endian bytes. */
function wholeNumber(stored: unknown): bigint | null {
  if (typeof stored === "bigint") return stored;
  if (typeof stored === "number") return BigInt(stored);
  if (!(stored instanceof Uint8Array) || stored.length === 0 || stored.length > MOST_BYTES) return null;
  return BigInt.asIntN(stored.length * 8, BigInt(`0x${Buffer.from(stored).toString("hex")}`));
}
