import { malformed, unreadablePickle } from "./pickle-errors.ts";

/** What one tick of a time of numpy is, as `datetime64[25s]` has it. */
export interface TimeUnit {
  unit: string;
  count: number;
}

/** Ticks of a second, of units that are at most a second. */
const TICKS_OF_SECOND = new Map([
  ["s", 1n],
  ["ms", 1_000n],
  ["us", 1_000_000n],
  ["ns", 1_000_000_000n],
  ["ps", 1_000_000_000_000n],
  ["fs", 1_000_000_000_000_000n],
  ["as", 1_000_000_000_000_000_000n],
]);

/** Seconds of units that are longer and always the same. */
const SECONDS_OF_TICK = new Map([
  ["m", 60n],
  ["h", 3_600n],
  ["D", 86_400n],
  ["W", 604_800n],
]);

const MONTHS_OF_TICK = new Map([
  ["M", 1],
  ["Y", 12],
]);

/** Units by the number that numpy has for them. */
const UNITS_BY_NUMBER = ["Y", "M", "W", "", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"];

export function timeUnit(unit: string, count = 1): TimeUnit {
  const known = TICKS_OF_SECOND.has(unit) || SECONDS_OF_TICK.has(unit) || MONTHS_OF_TICK.has(unit);
  if (!known && unit !== "generic")
    throw unreadablePickle(`The pickle has times in the unit "${unit.slice(0, 20)}", which is not read`);
  if (!Number.isSafeInteger(count) || count < 1) throw malformed("a unit of time");
  return { unit, count };
}

export const timeUnitByNumber = (number: number): TimeUnit => timeUnit(UNITS_BY_NUMBER[number] ?? String(number));

/** As in the name of a dtype: `ns`, `25s`. */
export const unitText = ({ unit, count }: TimeUnit): string => (count === 1 ? unit : `${count}${unit}`);

/** A moment or a span to the last digit: whole seconds and a fraction of `digits` decimal digits. */
export interface ExactTime {
  seconds: bigint;
  fraction: bigint;
  digits: number;
}

/** Ticks since 1970, or of a span, as seconds. */
export function exactTime(ticks: bigint, { unit, count }: TimeUnit): ExactTime {
  const value = ticks * BigInt(count);
  const months = MONTHS_OF_TICK.get(unit);
  if (months !== undefined) return wholeSeconds(86_400n * daysOfMonths(Number(value) * months));
  const seconds = SECONDS_OF_TICK.get(unit);
  if (seconds !== undefined) return wholeSeconds(value * seconds);
  const perSecond = TICKS_OF_SECOND.get(unit) ?? 1n;
  const fraction = ((value % perSecond) + perSecond) % perSecond;
  return { seconds: (value - fraction) / perSecond, fraction, digits: String(perSecond).length - 1 };
}

/** What to multiply ticks with for ms, which doubles round; null for units of months. */
export function millisecondsOfTick({ unit, count }: TimeUnit): { multiply: number; divide: number } | null {
  if (MONTHS_OF_TICK.has(unit)) return null;
  const seconds = SECONDS_OF_TICK.get(unit);
  if (seconds !== undefined) return { multiply: Number(seconds) * 1000 * count, divide: 1 };
  const perSecond = Number(TICKS_OF_SECOND.get(unit) ?? 1n);
  return perSecond < 1000 ? { multiply: 1000 * count, divide: 1 } : { multiply: count, divide: perSecond / 1000 };
}

const wholeSeconds = (seconds: bigint): ExactTime => ({ seconds, fraction: 0n, digits: 0 });

/** Days from 1970 to the first of a month that is counted from January 1970. */
export function daysOfMonths(months: number): bigint {
  const year = 1970 + Math.floor(months / 12);
  const month = months - 12 * Math.floor(months / 12) + 1;
  return BigInt(daysFromCivil(year, month, 1));
}

export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

const DAYS_OF_ERA = 146_097;
/** From 0000-03-01 to 1970-01-01. */
const DAYS_BEFORE_1970 = 719_468;

/** The date of a day counted from 1970 in the Gregorian calendar, for any year. */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + DAYS_BEFORE_1970;
  const era = Math.floor(shifted / DAYS_OF_ERA);
  const dayOfEra = shifted - era * DAYS_OF_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Years begin in March here, so that the leap day is the last of its year.
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_OF_ERA + dayOfEra - DAYS_BEFORE_1970;
}
