import { civilFromDays, type ExactTime, exactTime, type TimeUnit } from "./time-units.ts";
import { offsetText, type TimeZone } from "./time-zones.ts";

/** int64 that stands for "not a time". */
export const NOT_A_TIME = -(2n ** 63n);

const DAY_SECONDS = 86_400n;
const two = (value: bigint | number) => String(value).padStart(2, "0");

/** A moment as ISO 8601, with the offset of its zone where it has one; null for one that is missing. */
export function momentText(ticks: bigint, unit: TimeUnit, zone: TimeZone | null): string | null {
  if (ticks === NOT_A_TIME) return null;
  const time = exactTime(ticks, unit);
  const offset = zone?.offset(time.seconds) ?? 0;
  const local = time.seconds + BigInt(offset);
  const clock = ((local % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  const date = dateText(Number((local - clock) / DAY_SECONDS));
  if (unit.unit === "Y") return date.slice(0, -6);
  if (unit.unit === "M") return date.slice(0, -3);
  if (unit.unit === "D" || unit.unit === "W") return date;
  return `${date}T${clockText(clock)}${fractionText(time)}${zone ? offsetText(offset) : ""}`;
}

/** A span as pandas prints it: `-1 days +23:59:59`; null for one that is missing. */
export function spanText(ticks: bigint, unit: TimeUnit): string | null {
  if (ticks === NOT_A_TIME) return null;
  const time = exactTime(ticks, unit);
  const clock = ((time.seconds % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  const days = (time.seconds - clock) / DAY_SECONDS;
  return `${days} days ${days < 0n ? "+" : ""}${clockText(clock)}${fractionText(time)}`;
}

/** `2024-01-31` for a day counted from 1970. */
export function dateText(days: number): string {
  const { year, month, day } = civilFromDays(days);
  const sign = year < 0 ? "-" : "";
  return `${sign}${String(Math.abs(year)).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

export const clockText = (seconds: bigint): string =>
  `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;

/** Nothing for whole seconds, else microseconds, or in steps of three digits what is finer. */
function fractionText({ fraction, digits }: ExactTime): string {
  if (fraction === 0n) return "";
  const text = String(fraction).padStart(digits, "0").padEnd(6, "0");
  for (let length = 6; length < text.length; length += 3) {
    if (/^0*$/.test(text.slice(length))) return `.${text.slice(0, length)}`;
  }
  return `.${text}`;
}
