import { unreadablePickle } from "./pickle-errors.ts";
import { clockText, dateText } from "./time-text.ts";
import { fieldOf, isDict, isRecord, type PickleValue, textOf, unexpected } from "./values.ts";

/** Codes of frequencies by the class of an offset, which pickles before pandas 2 have. */
const CODES_OF_OFFSETS = new Map([
  ["offsets.YearEnd", "A-DEC"],
  ["offsets.QuarterEnd", "Q-DEC"],
  ["offsets.MonthEnd", "M"],
  ["offsets.Week", "W-SUN"],
  ["offsets.BusinessDay", "B"],
  ["offsets.Day", "D"],
  ["offsets.Hour", "H"],
  ["offsets.Minute", "T"],
  ["offsets.Second", "S"],
  ["offsets.Milli", "L"],
  ["offsets.Micro", "U"],
  ["offsets.Nano", "N"],
]);

/** The frequency of periods as pandas writes it: `M`, `2Q-DEC`. */
export function frequencyOf(value: PickleValue | undefined): string {
  if (typeof value === "string") return value.replace(/^period\[(.*)\]$/i, "$1");
  if (!isRecord(value)) throw unexpected(value, "a frequency");
  if (value.name === "PeriodDtype") {
    return frequencyOf(isDict(value.state) ? (fieldOf(value.state, "freq") ?? value.args[0]) : value.args[0]);
  }
  const code = CODES_OF_OFFSETS.get(value.name);
  if (code === undefined) throw unexpected(value, "a frequency");
  const [count = 1] = value.args;
  return count === 1 ? code : `${String(count)}${code}`;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEK_ENDS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const DAY_SECONDS = 86_400;

/** Digits behind the second by code of frequency; null for minutes and hours, which have no seconds. */
const CLOCKS = new Map<string, { seconds: number; digits: number | null }>([
  ["H", { seconds: 3600, digits: null }],
  ["T", { seconds: 60, digits: null }],
  ["S", { seconds: 1, digits: 0 }],
  ["L", { seconds: 1, digits: 3 }],
  ["U", { seconds: 1, digits: 6 }],
  ["N", { seconds: 1, digits: 9 }],
]);

/** The newer spellings of codes. */
const OLDER_CODES = new Map([
  ["h", "H"],
  ["min", "T"],
  ["s", "S"],
  ["ms", "L"],
  ["us", "U"],
  ["ns", "N"],
  ["Y", "A"],
  ["YE", "A"],
  ["QE", "Q"],
  ["ME", "M"],
]);

/** How periods of a frequency read, by their number. Throws 400 for a frequency that is not read. */
export function periodFormat(frequency: string): (ordinal: bigint) => string {
  const [newer = "", anchor = ""] = textOf(frequency, "a frequency").replace(/^\d+/, "").split("-");
  const code = OLDER_CODES.get(newer) ?? newer;
  const clock = CLOCKS.get(code);
  if (clock) return (ordinal) => clockPeriod(ordinal, clock);
  switch (code) {
    case "A":
      return (ordinal) => String(1970n + ordinal);
    case "Q":
      if (anchor !== "" && !MONTHS.includes(anchor)) break;
      return (ordinal) => `${1970n + floorDivide(ordinal, 4n)}Q${modulo(ordinal, 4n) + 1n}`;
    case "M":
      return (ordinal) => `${yearText(1970n + floorDivide(ordinal, 12n))}-${two(modulo(ordinal, 12n) + 1n)}`;
    case "W": {
      const shift = anchor === "" ? 0 : WEEK_ENDS.indexOf(anchor);
      if (shift === -1) break;
      // The week of number 0 ends on the last such day before 1970-01-03.
      return (ordinal) => {
        const end = Number(ordinal) * 7 + shift - 4;
        return `${dateText(end - 6)}/${dateText(end)}`;
      };
    }
    case "D":
      return (ordinal) => dateText(Number(ordinal));
    case "B":
      return (ordinal) => {
        const days = ordinal + 3n;
        return dateText(Number(floorDivide(days, 5n) * 7n + modulo(days, 5n) - 3n));
      };
    default:
  }
  throw unreadablePickle(`The pickle has periods of the frequency "${frequency.slice(0, 20)}", which are not read`);
}

function clockPeriod(ordinal: bigint, { seconds, digits }: { seconds: number; digits: number | null }): string {
  const perSecond = 10n ** BigInt(digits ?? 0);
  const whole = floorDivide(ordinal, perSecond) * BigInt(seconds);
  const clock = modulo(whole, BigInt(DAY_SECONDS));
  const time = clockText(clock).slice(0, digits === null ? 5 : 8);
  const fraction = digits ? `.${String(modulo(ordinal, perSecond)).padStart(digits, "0")}` : "";
  return `${dateText(Number((whole - clock) / BigInt(DAY_SECONDS)))} ${time}${fraction}`;
}

const two = (value: bigint) => String(value).padStart(2, "0");
const yearText = (year: bigint) => String(year).padStart(4, "0");
const modulo = (value: bigint, by: bigint) => ((value % by) + by) % by;
const floorDivide = (value: bigint, by: bigint) => (value - modulo(value, by)) / by;
