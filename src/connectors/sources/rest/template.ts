import { unprocessable } from "../../../errors.ts";
import type { SourceRow } from "../source.ts";
import { isRow } from "./select.ts";

/** Values of placeholders by name; null for one that is known but has none. */
export type Values = Readonly<Record<string, string | null>>;

const PLACEHOLDER = /\{([a-z_]+(?:\|[a-z_]+)*)(?::(date|iso|unix|unix_ms))?\}/g;
const DAY_MS = 86_400_000;

/**
 * Fills the placeholders of a text: `{since}`, `{since|start_date}` (the first that has a value), `{end_date:unix}` (as
 * `date`, `iso`, `unix` or `unix_ms`; an end date is then the last moment of its day). Braces around anything else stay.
 * Returns null when a placeholder has no value. Throws 422 for a time that cannot be read.
 */
export function fillText(text: string, values: Values, encode = (value: string) => value): string | null {
  let isMissing = false;
  const filled = text.replaceAll(PLACEHOLDER, (whole, choices: string, format: string | undefined) => {
    const names = choices.split("|");
    if (!names.every((name) => Object.hasOwn(values, name))) return whole;
    const name = names.find((each) => values[each] !== null);
    const value = name === undefined ? null : (values[name] ?? null);
    isMissing ||= value === null;
    return value === null || name === undefined ? "" : encode(format ? formatTime(name, value, format) : value);
  });
  return isMissing ? null : filled;
}

/** Fills every text of a JSON object; a member that lacks a value is left out, and so is what it is a part of. */
export function fillJson(value: SourceRow, values: Values): SourceRow {
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, fillAny(item, values)]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** Milliseconds UTC of a date, a time, or a count of seconds or milliseconds. Throws 422. */
export function parseTime(field: string, value: string): number {
  const milliseconds = /^\d{9,11}(\.\d+)?$/.test(value)
    ? Number(value) * 1000
    : /^\d{12,14}$/.test(value)
      ? Number(value)
      : // Without a zone it is UTC, whatever the machine's zone is.
        Date.parse(/\d:\d\d(:[\d.]+)?$/.test(value) ? `${value.replace(" ", "T")}Z` : value);
  if (Number.isNaN(milliseconds)) throw unprocessable([{ field, message: `is not a time: ${value}` }]);
  return milliseconds;
}

function fillAny(value: unknown, values: Values): unknown {
  if (typeof value === "string") return fillText(value, values) ?? undefined;
  if (Array.isArray(value)) return value.map((item) => fillAny(item, values)).filter((item) => item !== undefined);
  if (!isRow(value)) return value;
  const filled = fillJson(value, values);
  return Object.keys(filled).length < Object.keys(value).length ? undefined : filled;
}

function formatTime(name: string, value: string, format: string): string {
  const start = parseTime(name, value);
  const isEndOfDay = name === "end_date" && /^\d{4}-\d\d-\d\d$/.test(value);
  const time = isEndOfDay ? start + DAY_MS - 1 : start;
  if (format === "unix_ms") return String(Math.floor(time));
  if (format === "unix") return String(Math.floor(time / 1000));
  const iso = new Date(time).toISOString();
  return format === "date" ? iso.slice(0, 10) : iso.replace(/\.\d+Z$/, "Z");
}
