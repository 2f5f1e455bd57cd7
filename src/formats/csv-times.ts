/** How a time is written: since 1970 in seconds, milliseconds or microseconds, or as ISO 8601. */
export const TIME_KINDS = ["s", "ms", "us", "iso"] as const;
export type TimeKind = (typeof TIME_KINDS)[number];

/** What the kinds are called in messages. */
export const TIME_KIND_NAMES: Record<TimeKind, string> = {
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  iso: "ISO 8601",
};

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** From 1973 to 5138 the four magnitudes do not overlap; a date written as 20240131 is none of them. */
const FIRST_SECOND = 1e8;
const FIRST_MILLISECOND = 1e11;
const FIRST_MICROSECOND = 1e14;
const END_MICROSECOND = 1e17;

/** The kind of a number as a time; null when it is too small or too large for one. */
export function timeKindOf(value: number): TimeKind | null {
  if (!(value >= FIRST_SECOND) || value >= END_MICROSECOND) return null;
  if (value < FIRST_MILLISECOND) return "s";
  return value < FIRST_MICROSECOND ? "ms" : "us";
}

/** Ms UTC of a number that is a time of this kind. */
export function timeToMs(value: number, kind: TimeKind): number {
  if (kind === "s") return Math.round(value * 1000);
  return Math.floor(kind === "us" ? value / 1000 : value);
}

/** Whether a text is a date or a time of ISO 8601. */
export const isTimeText = (text: string) => ISO.test(text);

/** Ms UTC of an ISO 8601 date or time, UTC when it names no zone; null when it is none or does not exist. */
export function parseIsoTime(text: string): number | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  // Two-digit years are those of the last century to `Date.UTC`, and an impossible day rolls over into another month.
  if (year < 100 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(local).getUTCDate() !== day) return null;
  const [, , , , , , , fraction = "", zone = "Z"] = match;
  return local + (fraction === "" ? 0 : Number(fraction.slice(0, 3).padEnd(3, "0"))) - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (zone === "Z") return 0;
  const digits = zone.replaceAll(/\D/g, "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}
