import { numpyScalar } from "./numpy-array.ts";
import { malformed } from "./pickle-errors.ts";
import { frequencyOf, periodFormat } from "./period-text.ts";
import { complexText } from "./python-text.ts";
import { clockText, momentText, NOT_A_TIME, spanText } from "./time-text.ts";
import { daysFromCivil, timeUnit, timeUnitByNumber } from "./time-units.ts";
import { type TimeZone, timeZoneOf } from "./time-zones.ts";
import { bytesOf, fieldOf, integerOf, isRecord, type PickleRecord, type PickleValue, textOf } from "./values.ts";

const DAY_SECONDS = 86_400n;
const MICROSECONDS = 1_000_000n;

type ScalarDecoder = (record: PickleRecord) => PickleValue;

/** Objects that stand for one value, as the text or number that shows it. */
const SCALARS = new Map<string, ScalarDecoder>([
  ["Decimal", ({ args }) => textOf(args[0], "a decimal")],
  ["Fraction", ({ args }) => args.map((part) => numberText(part, "a fraction")).join("/")],
  ["UUID", uuidText],
  ["complex", ({ args: [real, imaginary] }) => complexText(floatOf(real), floatOf(imaginary))],
  ["datetime.date", ({ args }) => dateOf(bytesOf(args[0], "a date"), 4)],
  ["datetime.datetime", datetimeText],
  ["datetime.time", timeText],
  ["datetime.timedelta", timedeltaText],
  ["datetime.timezone", (record) => timeZoneOf(record)?.name ?? null],
  ["Timestamp", timestampText],
  ["Timedelta", ({ args: [ticks, unit] }) => spanText(ticksOf(ticks), unitOf(unit))],
  ["NaT", () => null],
  ["Period", periodText],
  ["Interval", intervalText],
  ["multiarray.scalar", numpyScalar],
]);

/** The text, number or null that an object of one value is; undefined for an object of another kind. */
export const decodeScalar = (record: PickleRecord): PickleValue | undefined => SCALARS.get(record.name)?.(record);

function floatOf(value: PickleValue | undefined): number {
  if (typeof value !== "number") throw malformed("a complex number");
  return value;
}

function numberText(value: PickleValue | undefined, what: string): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return String(value);
  throw malformed(what);
}

function ticksOf(value: PickleValue | undefined): bigint {
  if (typeof value === "bigint") return value;
  return BigInt(integerOf(value, "a time"));
}

/** The resolution of a time of pandas; before pandas 2 it was always nanoseconds. */
const unitOf = (value: PickleValue | undefined) =>
  typeof value === "number" ? timeUnitByNumber(value) : timeUnit("ns");

function uuidText({ state }: PickleRecord): string {
  const digits = ticksOf(fieldOf(state, "int")).toString(16).padStart(32, "0");
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(digits);
  if (!parts) throw malformed("a UUID");
  return parts.slice(1).join("-");
}

function dateOf(bytes: Uint8Array, length: number): string {
  if (bytes.length !== length) throw malformed("a date");
  const [high = 0, low = 0, month = 0, day = 0] = bytes;
  // The highest bit says which of two equal times at the end of summer time it is.
  return [String(high * 256 + low).padStart(4, "0"), two(month & 0x7f), two(day)].join("-");
}

function timeText({ args: [packed, zone] }: PickleRecord): string {
  const bytes = bytesOf(packed, "a time of day");
  if (bytes.length !== 6) throw malformed("a time of day");
  const [hour = 0, minute = 0, second = 0] = bytes;
  const text = clockText(BigInt((hour & 0x7f) * 3600 + minute * 60 + second));
  const named = timeZoneOf(zone)?.name;
  return `${text}${microsecondText(bytes.subarray(3))}${named === undefined ? "" : ` ${named}`}`;
}

function datetimeText({ args: [packed, zoneValue] }: PickleRecord): string | null {
  const bytes = bytesOf(packed, "a date");
  const date = dateOf(bytes, 10);
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const [hour = 0, minute = 0, second = 0] = bytes.subarray(4);
  const local = BigInt(daysFromCivil(year, month, day)) * DAY_SECONDS + BigInt(hour * 3600 + minute * 60 + second);
  const zone = timeZoneOf(zoneValue);
  const seconds = zone ? local - BigInt(offsetAt(local, zone, zoneValue)) : local;
  const microseconds = BigInt(microsecondsOf(bytes.subarray(7)));
  const known: TimeZone | null = zone && { ...zone, offset: () => Number(local - seconds) };
  return momentText(seconds * MICROSECONDS + microseconds, timeUnit("us"), known);
}

/** What the clocks of a zone are ahead of UTC when they show a time. */
function offsetAt(local: bigint, zone: TimeZone, value: PickleValue | undefined): number {
  // Zones of pytz say which of their offsets it is.
  if (isRecord(value) && value.name === "pytz.zone" && typeof value.args[1] === "number") {
    return integerOf(value.args[1], "a time zone");
  }
  return zone.offset(local - BigInt(zone.offset(local)));
}

const microsecondsOf = ([high = 0, middle = 0, low = 0]: Uint8Array) => high * 65_536 + middle * 256 + low;

function microsecondText(bytes: Uint8Array): string {
  const microseconds = microsecondsOf(bytes);
  return microseconds === 0 ? "" : `.${String(microseconds).padStart(6, "0")}`;
}

function timedeltaText({ args: [days = 0, seconds = 0, microseconds = 0] }: PickleRecord): string | null {
  const whole = ticksOf(days) * DAY_SECONDS + ticksOf(seconds);
  return spanText(whole * MICROSECONDS + ticksOf(microseconds), timeUnit("us"));
}

function timestampText({ args: [ticks, , zone, unit] }: PickleRecord): string | null {
  return momentText(ticksOf(ticks), unitOf(unit), timeZoneOf(zone));
}

function periodText({ args: [, frequency, ordinal] }: PickleRecord): string | null {
  const ticks = ticksOf(ordinal);
  return ticks === NOT_A_TIME ? null : periodFormat(frequencyOf(frequency))(ticks);
}

function intervalText({ args: [left, right, closed] }: PickleRecord): string {
  const [from, to] = [left, right].map((bound) => {
    const value = isRecord(bound) ? decodeScalar(bound) : bound;
    return numberText(value, "an interval").replace("T", " ");
  });
  const opening = closed === "left" || closed === "both" ? "[" : "(";
  return `${opening}${from}, ${to}${closed === "right" || closed === "both" ? "]" : ")"}`;
}

const two = (value: number) => String(value).padStart(2, "0");
