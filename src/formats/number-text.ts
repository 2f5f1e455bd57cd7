/** Below this many units a decimal of at most 15 digits is the shortest text of its double (IEEE 754). */
const LARGEST_EXACT_UNITS = 1e15;

/** "0000" to "9999", four bytes of ASCII each, as a little-endian word. */
const FOUR_DIGITS = Uint32Array.from(
  { length: 10_000 },
  (_, number) =>
    0x30303030 +
    ((number / 1000) |
      0 |
      ((((number / 100) | 0) % 10) << 8) |
      ((((number / 10) | 0) % 10) << 16) |
      ((number % 10) << 24)),
);

/** How many zeros each of these texts ends with. */
const TRAILING_ZEROS = Uint8Array.from({ length: 10_000 }, (_, number) => {
  const units = [10, 100, 1_000, 10_000];
  return units.filter((unit) => number % unit === 0).length;
});

/** The most bytes that writing a number touches: `-0.0000030037722066434144` and a word beyond its end. */
export const LONGEST_NUMBER_BYTES = 25 + 8;

/** Whether the numbers of a column have more than four decimals; remembered so that the first try mostly fits. */
export interface NumberStyle {
  fine: boolean;
}

/**
 * Writes a finite number at `offset` exactly as `String(value)` would (`-0` as `0`) and returns the offset after it;
 * `target` must have `LONGEST_NUMBER_BYTES` left, and what lies behind the number is overwritten.
 */
export function writeNumber(target: DataView, offset: number, value: number, style: NumberStyle): number {
  let position = offset;
  let size = value;
  if (size < 0) {
    target.setUint8(position++, 45);
    size = -size;
  }
  if (size < 2_147_483_648) {
    const whole = size | 0;
    if (whole === size) return writeInteger(target, position, whole);
    const end = style.fine
      ? writeFine(target, position, size, whole)
      : writeCoarse(target, position, size, whole, style);
    if (end > 0) return end;
  } else if (size <= Number.MAX_SAFE_INTEGER && Math.floor(size) === size) {
    return writeLargeInteger(target, position, size);
  }
  return writeText(target, offset, String(value));
}

/** Writes ASCII text and returns the offset after it. */
export function writeText(target: DataView, offset: number, text: string): number {
  for (let index = 0; index < text.length; index++) target.setUint8(offset + index, text.charCodeAt(index));
  return offset + text.length;
}

/**
 * Writes a fraction of up to four decimals, or turns to eight. `units / 10,000 === size` proves that the decimal reads
 * back as the same double, and with at most 15 digits there is no shorter one.
 */
function writeCoarse(target: DataView, offset: number, size: number, whole: number, style: NumberStyle): number {
  const fraction = ((size - whole) * 1e4 + 0.5) | 0;
  const units = whole * 1e4 + fraction;
  if (fraction === 0 || fraction >= 1e4 || units >= LARGEST_EXACT_UNITS || units / 1e4 !== size) {
    style.fine = true;
    return writeFine(target, offset, size, whole);
  }
  const position = writeInteger(target, offset, whole);
  target.setUint8(position, 46);
  return writeFraction(target, position + 1, fraction);
}

/** The same with up to eight decimals; 0 when the number has more, or too many digits. */
function writeFine(target: DataView, offset: number, size: number, whole: number): number {
  // Below this, text has an exponent.
  if (size < 1e-6) return 0;
  const fraction = ((size - whole) * 1e8 + 0.5) | 0;
  const units = whole * 1e8 + fraction;
  if (fraction === 0 || fraction >= 1e8 || units >= LARGEST_EXACT_UNITS || units / 1e8 !== size) return 0;
  const position = writeInteger(target, offset, whole);
  target.setUint8(position, 46);
  const high = (fraction / 1e4) | 0;
  const low = fraction - high * 1e4;
  if (low === 0) return writeFraction(target, position + 1, high);
  writeFour(target, position + 1, high);
  return writeFraction(target, position + 5, low);
}

/** Four digits without the zeros at their end. */
function writeFraction(target: DataView, offset: number, digits: number): number {
  writeFour(target, offset, digits);
  return offset + 4 - (TRAILING_ZEROS[digits] ?? 0);
}

function writeLargeInteger(target: DataView, offset: number, value: number): number {
  const high = Math.floor(value / 1e8);
  const low = (value - high * 1e8) | 0;
  const position = writeInteger(target, offset, high);
  writeFour(target, position, (low / 1e4) | 0);
  writeFour(target, position + 4, low % 1e4);
  return position + 8;
}

/** `value` is an int32, not negative. */
function writeInteger(target: DataView, offset: number, value: number): number {
  if (value < 1e4) return writeLeading(target, offset, value);
  const high = (value / 1e4) | 0;
  const position = high < 1e4 ? writeLeading(target, offset, high) : writeInteger(target, offset, high);
  writeFour(target, position, value - high * 1e4);
  return position + 4;
}

/** Up to four digits without zeros before them. */
function writeLeading(target: DataView, offset: number, value: number): number {
  const width = value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : 4;
  target.setUint32(offset, (FOUR_DIGITS[value] ?? 0) >>> ((4 - width) << 3), true);
  return offset + width;
}

function writeFour(target: DataView, offset: number, value: number): void {
  target.setUint32(offset, FOUR_DIGITS[value] ?? 0, true);
}
