import { daysBefore } from "../../connectors/sources/days-before.ts";
import type { SourceRow } from "../../connectors/sources/source.ts";

const NUMBER = /^-?\d+(\.\d+)?$/;

/** The largest value of the cursor field, those of pages before included; rows without a value say nothing. */
export function largestValue(
  rows: readonly SourceRow[],
  cursor_field: string | null,
  before: string | null,
): string | null {
  if (cursor_field === null) return null;
  return rows.reduce((largest, row) => largerValue(largest, textAt(row, cursor_field)), before);
}

/** Of two values of one field: numbers by size, times and other texts by their letters. */
export function largerValue(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  const isNumeric = NUMBER.test(one) && NUMBER.test(other);
  return (isNumeric ? Number(other) > Number(one) : other > one) ? other : one;
}

const DAY_SECONDS = 86_400;

/**
 * The value of a cursor that is so many days earlier, written in the same way: a day or time of ISO 8601, or seconds or
 * milliseconds since 1970. What is no time, such as a number of rows, stays.
 */
export function moveBack(value: string, days: number): string {
  if (days === 0) return value;
  if (/^\d{4}-\d\d-\d\d/.test(value)) {
    const day = Date.parse(value.slice(0, 10));
    return Number.isNaN(day) ? value : `${daysBefore(day, days)}${value.slice(10)}`;
  }
  if (/^\d{10}(\.\d+)?$/.test(value)) return String(Number(value) - days * DAY_SECONDS);
  return /^\d{13}$/.test(value) ? String(Number(value) - days * DAY_SECONDS * 1000) : value;
}

/** The value at a key, or at nested ones joined by two underscores as columns are. */
function textAt(row: SourceRow, cursor_field: string): string | null {
  const direct: unknown = row[cursor_field];
  const value =
    direct ?? cursor_field.split("__").reduce<unknown>((object, key) => Object(object ?? {})[key] ?? null, row);
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint" ? String(value) : null;
}
