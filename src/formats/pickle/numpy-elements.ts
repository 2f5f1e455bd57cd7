import { malformed } from "./pickle-errors.ts";
import { complexText } from "./python-text.ts";
import type { NumpyType } from "./numpy-dtype.ts";
import { momentText, NOT_A_TIME, spanText } from "./time-text.ts";
import type { TimeZone } from "./time-zones.ts";
import { millisecondsOfTick, type TimeUnit } from "./time-units.ts";
import { toInteger } from "./literals.ts";
import { type PickleValue, sequence } from "./values.ts";

/** How the values of a type are read at a place in bytes. */
export interface ElementReader {
  value(offset: number): PickleValue;
  number: ((offset: number) => number) | null;
}

const TWO_TO_32 = 2 ** 32;
const HIGHEST_CODE_POINT = 0x10ffff;
/** What `Date` can hold. */
const LAST_MS = 8.64e15;

export function elementReader(type: NumpyType, bytes: Uint8Array, zone: TimeZone | null = null): ElementReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { kind, size, littleEndian } = type;
  switch (kind) {
    case "b":
      return { value: (offset) => bytes[offset] !== 0, number: (offset) => (bytes[offset] === 0 ? 0 : 1) };
    case "i":
    case "u":
      return integers(view, kind === "i", size, littleEndian);
    case "f": {
      const number = floats(view, size, littleEndian);
      return { value: number, number };
    }
    case "c": {
      const part = floats(view, size / 2, littleEndian);
      return { value: (offset) => complexText(part(offset), part(offset + size / 2)), number: null };
    }
    case "M":
    case "m":
      return times(view, type, zone);
    case "S":
      return { value: (offset) => withoutPadding(bytes.subarray(offset, offset + size)), number: null };
    case "U":
      return { value: (offset) => ucs4Text(view, offset, size, littleEndian), number: null };
    default:
      return structures(type, bytes);
  }
}

function integers(view: DataView, signed: boolean, size: number, littleEndian: boolean): ElementReader {
  if (size === 8) {
    const [low, high] = littleEndian ? [0, 4] : [4, 0];
    const number = (offset: number) =>
      (signed ? view.getInt32(offset + high, littleEndian) : view.getUint32(offset + high, littleEndian)) * TWO_TO_32 +
      view.getUint32(offset + low, littleEndian);
    const exact = (offset: number) =>
      toInteger(signed ? view.getBigInt64(offset, littleEndian) : view.getBigUint64(offset, littleEndian));
    return {
      number,
      value(offset) {
        const value = number(offset);
        return Number.isSafeInteger(value) ? value : exact(offset);
      },
    };
  }
  const number = smallIntegers(view, signed, size, littleEndian);
  return { value: number, number };
}

function smallIntegers(view: DataView, signed: boolean, size: number, littleEndian: boolean) {
  if (size === 4) {
    return signed
      ? (offset: number) => view.getInt32(offset, littleEndian)
      : (offset: number) => view.getUint32(offset, littleEndian);
  }
  if (size === 2) {
    return signed
      ? (offset: number) => view.getInt16(offset, littleEndian)
      : (offset: number) => view.getUint16(offset, littleEndian);
  }
  return signed ? (offset: number) => view.getInt8(offset) : (offset: number) => view.getUint8(offset);
}

function floats(view: DataView, size: number, littleEndian: boolean): (offset: number) => number {
  if (size === 8) return (offset) => view.getFloat64(offset, littleEndian);
  if (size === 4) return (offset) => view.getFloat32(offset, littleEndian);
  return (offset) => halfFloat(view.getUint16(offset, littleEndian));
}

/** A number of 16 bits: 1 of sign, 5 of exponent, 10 of fraction. */
export function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function times(view: DataView, { kind, unit, littleEndian }: NumpyType, zone: TimeZone | null): ElementReader {
  const known = unit ?? { unit: "generic", count: 1 };
  const ticks = (offset: number) => view.getBigInt64(offset, littleEndian);
  const text = (offset: number) =>
    kind === "M" ? momentText(ticks(offset), known, zone) : spanText(ticks(offset), known);
  return {
    value: known.unit === "generic" ? (offset) => genericTime(ticks(offset)) : text,
    number: kind === "M" ? millisecondReader(view, known, littleEndian) : null,
  };
}

const genericTime = (ticks: bigint) => (ticks === NOT_A_TIME ? null : toInteger(ticks));

/** Ticks of int64 as ms, NaN for a time that is missing or beyond what `Date` holds; null for units that have no fixed length. */
export function millisecondReader(view: DataView, unit: TimeUnit, littleEndian: boolean) {
  const factor = unit.unit === "generic" ? null : millisecondsOfTick(unit);
  if (!factor) return null;
  const { multiply, divide } = factor;
  const [low, high] = littleEndian ? [0, 4] : [4, 0];
  return (offset: number) => {
    const upper = view.getInt32(offset + high, littleEndian);
    const lower = view.getUint32(offset + low, littleEndian);
    if (upper === -0x8000_0000 && lower === 0) return Number.NaN;
    const ms = ((upper * TWO_TO_32 + lower) * multiply) / divide;
    return Math.abs(ms) <= LAST_MS ? ms : Number.NaN;
  };
}

/** Numpy fills up with zeros and cannot tell them from zeros at the end. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return bytes.subarray(0, length);
}

function ucs4Text(view: DataView, offset: number, size: number, littleEndian: boolean): string {
  let length = size;
  while (length > 0 && view.getUint32(offset + length - 4, littleEndian) === 0) length -= 4;
  let text = "";
  for (let place = 0; place < length; place += 4) {
    const code = view.getUint32(offset + place, littleEndian);
    if (code > HIGHEST_CODE_POINT) throw malformed("a text of an array");
    text += String.fromCodePoint(code);
  }
  return text;
}

function structures({ size, fields }: NumpyType, bytes: Uint8Array): ElementReader {
  if (fields.length === 0) return { value: (offset) => bytes.subarray(offset, offset + size), number: null };
  const readers = fields.map(({ type, offset }) => ({ reader: elementReader(type, bytes), offset }));
  return {
    value: (start) =>
      sequence(
        "tuple",
        readers.map(({ reader, offset }) => reader.value(start + offset)),
      ),
    number: null,
  };
}
