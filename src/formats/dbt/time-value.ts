import { bindArguments, integerArgument, textArgument } from "../jinja/arguments.ts";
import { objectOf } from "../jinja/dbt-functions.ts";
import { numberOf } from "../jinja/equality.ts";
import { templateFault } from "../jinja/template-errors.ts";
import { type Arguments, functionValue, type HostObject, isKind, type Value } from "../jinja/values.ts";
import { formatTime, parseTime } from "./time-format.ts";

/** What Python calls a value: a time of day has no day of its own here. */
type TimeKind = "datetime" | "date";

interface Moment {
  kind: TimeKind;
  /** Milliseconds since 1970, UTC. */
  time: number;
  /** Whether it says that it is UTC, as `run_started_at` does. */
  aware: boolean;
}

const DAY = 86_400_000;
const moments = new WeakMap<HostObject, Moment>();
const durations = new WeakMap<HostObject, number>();

const PARTS: Record<string, (date: Date) => number> = {
  year: (date) => date.getUTCFullYear(),
  month: (date) => date.getUTCMonth() + 1,
  day: (date) => date.getUTCDate(),
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  second: (date) => date.getUTCSeconds(),
  microsecond: (date) => date.getUTCMilliseconds() * 1000,
};

const DURATIONS: Record<string, number> = {
  days: DAY,
  seconds: 1000,
  microseconds: 0.001,
  milliseconds: 1,
  minutes: 60_000,
  hours: 3_600_000,
  weeks: 7 * DAY,
};

/** Python's `datetime` or `date`, in UTC and to the millisecond. */
export function timeValue(moment: Moment): HostObject {
  const { kind, time } = moment;
  const date = new Date(time);
  if (Number.isNaN(time)) throw templateFault("date value out of range");
  const methods: Record<string, (given: Arguments) => Value> = {
    strftime: (given) => formatTime(date, textArgument(bindArguments("strftime", given, ["format"])[0], "format")),
    isoformat: () => isoText(moment, "T"),
    date: () => timeValue({ kind: "date", time: Math.floor(time / DAY) * DAY, aware: false }),
    timestamp: () => time / 1000,
    weekday: () => BigInt((date.getUTCDay() + 6) % 7),
    isoweekday: () => BigInt(((date.getUTCDay() + 6) % 7) + 1),
    astimezone: () => timeValue({ ...moment, aware: true }),
    replace: (given) => timeValue(replaceParts(moment, given)),
  };
  const value: HostObject = {
    kind: "object",
    name: kind === "date" ? "datetime.date" : "datetime.datetime",
    key: isoText(moment, " "),
    text: () => isoText(moment, " "),
    attribute(name) {
      const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
      if (part) return BigInt(part(date));
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
      return method && functionValue(name, method);
    },
    calculate: (operator, other, side) => calculateTime(moment, operator, other, side),
    compare: (other) => {
      const moved = momentOf(other);
      return moved?.kind === kind ? time - moved.time : undefined;
    },
  };
  moments.set(value, moment);
  return value;
}

const momentOf = (value: Value) => (isKind(value, "object") ? moments.get(value) : undefined);
const durationOf = (value: Value) => (isKind(value, "object") ? durations.get(value) : undefined);

function calculateTime(moment: Moment, operator: string, other: Value, side: "left" | "right"): Value | undefined {
  const duration = durationOf(other);
  if (duration !== undefined && (operator === "+" || (operator === "-" && side === "left"))) {
    const whole = moment.kind === "date" ? Math.floor(duration / DAY) * DAY : duration;
    return timeValue({ ...moment, time: moment.time + (operator === "+" ? whole : -whole) });
  }
  const moved = momentOf(other);
  if (operator !== "-" || side !== "left" || moved?.kind !== moment.kind) return undefined;
  return durationValue(moment.time - moved.time);
}

/** Python's `timedelta`, in milliseconds. */
function durationValue(milliseconds: number): HostObject {
  const days = Math.floor(milliseconds / DAY);
  const seconds = Math.floor((milliseconds - days * DAY) / 1000);
  const clock = new Date(milliseconds - days * DAY).toISOString().slice(11, 19).replace(/^0/, "");
  const attributes = new Map<string, Value>([
    ["days", BigInt(days)],
    ["seconds", BigInt(seconds)],
    ["total_seconds", functionValue("total_seconds", () => milliseconds / 1000)],
  ]);
  const value: HostObject = {
    kind: "object",
    name: "datetime.timedelta",
    key: String(milliseconds),
    text: () => (days === 0 ? clock : `${days} day${Math.abs(days) === 1 ? "" : "s"}, ${clock}`),
    attribute: (name) => attributes.get(name),
    calculate(operator, other) {
      const more = durationOf(other);
      if (more !== undefined && operator === "+") return durationValue(milliseconds + more);
      if (more !== undefined && operator === "-") return durationValue(milliseconds - more);
      const factor = numberOf(other);
      return operator === "*" && factor !== undefined ? durationValue(milliseconds * Number(factor)) : undefined;
    },
    compare: (other) => {
      const more = durationOf(other);
      return more === undefined ? undefined : milliseconds - more;
    },
  };
  durations.set(value, milliseconds);
  return value;
}

function isoText({ kind, time, aware }: Moment, separator: "T" | " "): string {
  const [day = "", clock = ""] = new Date(time).toISOString().split("T");
  if (kind === "date") return day;
  const fraction = clock.slice(8, 12) === ".000" ? "" : `${clock.slice(8, 12)}000`;
  return `${day}${separator}${clock.slice(0, 8)}${fraction}${aware ? "+00:00" : ""}`;
}

function replaceParts(moment: Moment, given: Arguments): Moment {
  const names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"];
  const bound = bindArguments("replace", given, names);
  const date = new Date(moment.time);
  const parts = names.slice(0, 7).map((name, place) => integerArgument(bound[place], name, PARTS[name]?.(date) ?? 0));
  const aware = bound[7] === undefined ? moment.aware : bound[7] !== null;
  return { ...moment, aware, time: timeOf(parts) };
}

function timeOf([
  year = 1970,
  month = 1,
  day = 1,
  hour = 0,
  minute = 0,
  second = 0,
  microsecond = 0,
]: number[]): number {
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second, Math.floor(microsecond / 1000));
  const isDay = time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  return isDay && year >= 1 && year <= 9999 && hour < 24 && minute < 60 && second < 60 ? time.getTime() : Number.NaN;
}

/** `modules.datetime`, whose clock stands at `now` (milliseconds) so that a template may be rendered again. */
export function datetimeModule(now: number): HostObject {
  const current = (aware: boolean) => timeValue({ kind: "datetime", time: now, aware });
  const today = () => timeValue({ kind: "date", time: Math.floor(now / DAY) * DAY, aware: false });
  const timeClass = (kind: TimeKind, functions: [string, (given: Arguments) => Value][]): HostObject => ({
    ...objectOf(
      kind,
      functions.map(([name, call]) => [name, functionValue(name, call)] as const),
    ),
    call: (given) => timeValue({ kind, time: timeOf(partsOf(kind, given)), aware: false }),
  });
  const timezone = objectOf("timezone", [["utc", "UTC"]]);
  return objectOf("datetime", [
    [
      "datetime",
      timeClass("datetime", [
        ["now", ({ positional, named }) => current((positional[0] ?? named.get("tz") ?? null) !== null)],
        ["utcnow", () => current(false)],
        ["today", () => current(false)],
        ["strptime", (given) => strptime(given)],
        ["fromisoformat", (given) => fromIso("datetime", given)],
      ]),
    ],
    [
      "date",
      timeClass("date", [
        ["today", today],
        ["fromisoformat", (given) => fromIso("date", given)],
      ]),
    ],
    ["timedelta", functionValue("timedelta", timedelta)],
    ["timezone", timezone],
  ]);
}

function partsOf(kind: TimeKind, given: Arguments): number[] {
  const names = ["year", "month", "day", "hour", "minute", "second", "microsecond"].slice(0, kind === "date" ? 3 : 7);
  return bindArguments(kind, given, names).map((value, place) => integerArgument(value, names[place] ?? "", 0));
}

function timedelta(given: Arguments): Value {
  const names = Object.keys(DURATIONS);
  const bound = bindArguments("timedelta", given, names);
  const milliseconds = names.reduce((total, name, place) => {
    const number = numberOf(bound[place] ?? 0n);
    if (number === undefined) throw templateFault(`timedelta() needs a number for ${name}`);
    return total + Number(number) * (DURATIONS[name] ?? 0);
  }, 0);
  return durationValue(milliseconds);
}

function strptime(given: Arguments): Value {
  const [text, format] = bindArguments("strptime", given, ["date_string", "format"]);
  const parts = parseTime(textArgument(text, "date_string"), textArgument(format, "format"));
  return timeValue({ kind: "datetime", time: timeOf(parts), aware: false });
}

function fromIso(kind: TimeKind, given: Arguments): Value {
  const text = textArgument(bindArguments("fromisoformat", given, ["date_string"])[0], "date_string");
  const [, day = "", clock = ""] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?))?$/.exec(text) ?? [];
  const time = Date.parse(`${day}T${clock || "00:00"}Z`);
  if (Number.isNaN(time)) throw templateFault(`Invalid isoformat string: '${text}'`);
  return timeValue({ kind, time, aware: false });
}
