import { Buffer } from "node:buffer";
import type { ParquetParsers, SchemaElement } from "hyparquet";
import { decimalValue, isDecimal, scaleOf } from "./parquet-decimals.ts";

/**
 * Times as they are: the reader's own way rounds those before 1970 towards it and drops what is finer than a
 * millisecond, which a text of ISO 8601 keeps.
 */
export const parquetTimes: Partial<ParquetParsers> = {
  timestampFromMicroseconds: (time) => exactTime(time, 3),
  timestampFromNanoseconds: (time) => exactTime(time, 6),
};

/**
 * How the values of a column that was read by its `readableSchema` are shown: days and times of day as text, intervals as
 * durations of ISO 8601, decimals with all of their digits.
 */
export function jsonValueOf(element: SchemaElement): (value: unknown) => unknown {
  const { converted_type, logical_type } = element;
  if (isDecimal(element)) {
    const scale = scaleOf(element);
    return (value) => decimalValue(value, scale);
  }
  if (converted_type === "INTERVAL") return (value) => (value instanceof Uint8Array ? intervalText(value) : null);
  if (converted_type === "DATE" || logical_type?.type === "DATE") return (value) => dayText(toJsonValue(value));
  const unit = logical_type?.type === "TIME" ? logical_type.unit : converted_type;
  const ticks = TICKS_OF_SECOND.get(unit);
  if (ticks === undefined) return toJsonValue;
  return (value) => (typeof value === "bigint" || typeof value === "number" ? timeText(value, ticks) : null);
}

/** A day without its midnight; years of more than four digits are longer. */
const dayText = (time: unknown) => (typeof time === "string" ? time.slice(0, time.indexOf("T")) : time);

/** Months, days and milliseconds, three unsigned little-endian numbers; null for bytes that are no interval. */
function intervalText(bytes: Uint8Array): string | null {
  if (bytes.length !== 12) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [months, days, ms] = [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true)];
  const date = `${months > 0 ? `${months}M` : ""}${days > 0 ? `${days}D` : ""}`;
  return ms > 0 || date === "" ? `P${date}T${ms / 1000}S` : `P${date}`;
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
