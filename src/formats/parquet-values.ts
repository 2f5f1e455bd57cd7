import { Buffer } from "node:buffer";
import type { ParquetParsers, SchemaElement } from "hyparquet";

/**
 * Times as they are: the reader's own way rounds those before 1970 towards it and drops what is finer than a
 * millisecond, which a text of ISO 8601 keeps.
 */
export const parquetTimes: Partial<ParquetParsers> = {
  timestampFromMicroseconds: (time) => exactTime(time, 3),
  timestampFromNanoseconds: (time) => exactTime(time, 6),
};

/** How a column's values are shown: times of day as text, decimals with the digits that they have. */
export function jsonValueOf({ converted_type, logical_type, scale = 0 }: SchemaElement): (value: unknown) => unknown {
  if (converted_type === "DECIMAL") {
    return (value) => (typeof value === "number" ? Number(value.toFixed(scale)) : toJsonValue(value));
  }
  const unit = logical_type?.type === "TIME" ? logical_type.unit : converted_type;
  const ticks = TICKS_OF_SECOND.get(unit);
  if (ticks === undefined) return toJsonValue;
  return (value) => (typeof value === "bigint" || typeof value === "number" ? timeText(value, ticks) : null);
}

/** Per second, by unit of a time of day in both spellings that schemas have. */
const TICKS_OF_SECOND = new Map<unknown, number>([
  ["MILLIS", 1e3],
  ["MICROS", 1e6],
  ["NANOS", 1e9],
  ["TIME_MILLIS", 1e3],
  ["TIME_MICROS", 1e6],
]);

/** `01:02:03.004`, without a fraction that is zero. */
function timeText(time: bigint | number, ticks: number): string {
  const seconds = BigInt(time) / BigInt(ticks);
  const fraction = BigInt(time) % BigInt(ticks);
  const clock = new Date(Number(seconds) * 1000).toISOString().slice(11, 19);
  if (fraction === 0n) return clock;
  return `${clock}.${String(fraction).padStart(Math.log10(ticks), "0").replace(/0+$/, "")}`;
}

/** What JSON can hold of a value: numbers beyond 2^53 as text, NaN as null, bytes as base64. */
export function toJsonValue(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, toJsonValue);
  if (Array.isArray(value)) return value.map(toJsonValue);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJsonValue(inner)]));
}

/** `digits` are those that the unit has beyond the millisecond. */
function exactTime(time: bigint, digits: number): Date | string {
  const unit = 10n ** BigInt(digits);
  const rest = ((time % unit) + unit) % unit;
  const date = new Date(Number((time - rest) / unit));
  if (rest === 0n || Number.isNaN(date.getTime())) return date;
  const fraction = String(rest).padStart(digits, "0").replace(/0+$/, "");
  return date.toISOString().replace("Z", `${fraction}Z`);
}
