import { malformed, unreadablePickle } from "./pickle-errors.ts";
import { integerOf, isRecord, type PickleValue, textOf, unexpected } from "./values.ts";

/** A zone by its name as pandas prints it. */
export interface TimeZone {
  name: string;
  /** Seconds that the clocks there are ahead of UTC, at a moment in seconds since 1970. */
  offset(seconds: bigint): number;
}

const UTC: TimeZone = { name: "UTC", offset: () => 0 };
const DAY_SECONDS = 86_400;
/** What `Date` can hold. */
const LAST_SECOND = 8_640_000_000_000n;

/** The zone of times: null for those without one. Throws 400 for a zone that is not known here. */
export function timeZoneOf(value: PickleValue | undefined): TimeZone | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return namedZone(value);
  if (!isRecord(value)) throw unexpected(value, "a time zone");
  const [first] = value.args;
  switch (value.name) {
    case "pytz.UTC":
    case "tzutc":
      return UTC;
    case "pytz.zone":
    case "ZoneInfo":
      return namedZone(textOf(first, "the name of a time zone"));
    case "pytz.FixedOffset": {
      const minutes = integerOf(first, "a time zone");
      return { name: `pytz.FixedOffset(${minutes})`, offset: () => minutes * 60 };
    }
    case "datetime.timezone":
      return fixedZone(first, value.args[1]);
    default:
      throw unexpected(value, "a time zone");
  }
}

function fixedZone(delta: PickleValue | undefined, name: PickleValue | undefined): TimeZone {
  if (!isRecord(delta) || delta.name !== "datetime.timedelta") throw malformed("a time zone");
  const [days = 0, seconds = 0] = delta.args;
  const offset = integerOf(days, "a time zone") * DAY_SECONDS + integerOf(seconds, "a time zone");
  if (Math.abs(offset) >= DAY_SECONDS) throw malformed("a time zone");
  if (typeof name === "string") return { name, offset: () => offset };
  return { name: offset === 0 ? "UTC" : `UTC${offsetText(offset)}`, offset: () => offset };
}

/** `+02:00`, with seconds where there are some. */
export function offsetText(offset: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const size = Math.abs(offset);
  const seconds = size % 60 === 0 ? "" : `:${two(size % 60)}`;
  return `${offset < 0 ? "-" : "+"}${two(size / 3600)}:${two((size / 60) % 60)}${seconds}`;
}

/** By name of zone: a format takes long to make. */
const formats = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATS = 64;

function namedZone(name: string): TimeZone {
  if (name === "UTC") return UTC;
  const format = zoneFormat(name);
  return {
    name,
    offset(seconds) {
      if (seconds > LAST_SECOND || seconds < -LAST_SECOND) return 0;
      const parts = format.formatToParts(Number(seconds) * 1000);
      const text = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
      const [, sign, hours, minutes, rest] = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?/.exec(text) ?? [];
      if (sign === undefined) return 0;
      const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest ?? 0);
      return sign === "-" ? -size : size;
    },
  };
}

function zoneFormat(name: string): Intl.DateTimeFormat {
  const known = formats.get(name);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
    if (formats.size >= MOST_FORMATS) formats.clear();
    formats.set(name, format);
    return format;
  } catch {
    throw unreadablePickle(`The pickle has the time zone "${name.slice(0, 64)}", which is not known here`);
  }
}
