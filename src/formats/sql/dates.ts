import { toTimestamp } from "./casts.ts";
import { atom, bind, isNumeric, literal, operand, refuseSql, type Span, type Term } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/** SQLite's unit and how many of them, by the singular of DuckDB's. */
const UNITS: Record<string, [Span["unit"], number]> = {
  year: ["months", 12],
  quarter: ["months", 3],
  month: ["months", 1],
  week: ["days", 7],
  day: ["days", 1],
  hour: ["seconds", 3_600],
  minute: ["seconds", 60],
  second: ["seconds", 1],
};

/** `strftime` of a time cut off to a unit. */
const TRUNCATED: Record<string, string> = {
  year: "%Y-01-01 00:00:00",
  month: "%Y-%m-01 00:00:00",
  day: "%Y-%m-%d 00:00:00",
  hour: "%Y-%m-%d %H:00:00",
  minute: "%Y-%m-%d %H:%M:00",
  second: "%Y-%m-%d %H:%M:%S",
};

/** `strftime` of the parts that are whole numbers; days of the week count from Sunday, `isodow` from Monday. */
const PARTS: Record<string, string> = {
  year: "%Y",
  month: "%m",
  day: "%d",
  hour: "%H",
  minute: "%M",
  second: "%S",
  dow: "%w",
  dayofweek: "%w",
  weekday: "%w",
  isodow: "%u",
  doy: "%j",
  dayofyear: "%j",
  week: "%V",
  weekofyear: "%V",
  isoyear: "%G",
};

/** DuckDB adds months first, then days. */
const ORDER: Span["unit"][] = ["months", "days", "seconds"];

/** A unit of time in the singular, lower case: `DAYS` is `day`. */
export const unitName = (text: string): string => text.trim().toLowerCase().replace(/s$/, "");

/** A count of units as a span. Throws 400 for a unit that is not known. */
export function spanOf(count: string, unit: string, token: Token): Span {
  const known = UNITS[unitName(unit)];
  if (known === undefined) throw refuseSql(token, `an interval of ${unit} is not available`);
  const [base, factor] = known;
  return { unit: base, count: factor === 1 ? count : `${count} * ${factor}` };
}

/** The spans of `'1 year 2 months'`. */
export function parseInterval(text: string, token: Token): Span[] {
  const parts = [...text.matchAll(/([+-]?\d+)\s*([a-z]+)\s*/giy)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text.trimStart()) {
    throw refuseSql(token, `the interval "${text}" is not available; write it as '2 days'`);
  }
  return parts.map(([, count = "", unit = ""]) => spanOf(count, unit, token));
}

/** A time plus (or minus) spans: always a timestamp, and the last day of a shorter month, as in DuckDB. */
export function addSpans(time: Term, spans: Span[], sign: 1 | -1, token: Token): Term {
  if (isNumeric(time)) throw refuseSql(token, "an interval is added to a number");
  const base = time.kind === "date" ? time.sql : toTimestamp(time, token).sql;
  const modifiers = ORDER.flatMap((unit) => {
    const counts = spans.filter((span) => span.unit === unit).map(({ count }) => `(${count})`);
    if (counts.length === 0) return [];
    const sum = counts.length === 1 ? counts.join("") : `(${counts.join(" + ")})`;
    return [`(${sign === 1 ? "" : "-"}${sum}) || ' ${unit}'${unit === "months" ? ", 'floor'" : ""}`];
  });
  const add = (value: string) => `datetime(${[value, ...modifiers].join(", ")})`;
  if (time.kind === "date") return atom(add(base), "timestamp");
  return atom(
    bind(atom(base), (value) => `(${add(value)} || substr(${value}, 20))`),
    "timestamp",
  );
}

/** A date some days later. */
export const addDays = (date: Term, days: string): Term => atom(`date(${date.sql}, (${days}) || ' days')`, "date");

/** Days from one date to another. */
export const daysBetween = (from: string, to: string): string =>
  `CAST(julianday(substr(${to}, 1, 10)) - julianday(substr(${from}, 1, 10)) AS INTEGER)`;

/** `date_trunc(unit, time)`: a timestamp, weeks begin on Monday. */
export function truncateTime(unit: string, time: Term, token: Token): Term {
  const sql = toTimestamp(time, token).sql;
  if (unit === "week") return atom(`strftime('%Y-%m-%d 00:00:00', ${sql}, '-6 days', 'weekday 1')`, "timestamp");
  if (unit === "quarter") {
    const back = (value: string) => `'-' || ((CAST(strftime('%m', ${value}) AS INTEGER) - 1) % 3) || ' months'`;
    return atom(
      bind(atom(sql), (value) => `strftime('%Y-%m-01 00:00:00', ${value}, 'start of month', ${back(value)})`),
      "timestamp",
    );
  }
  const format = TRUNCATED[unit];
  if (format === undefined) throw refuseSql(token, `date_trunc to ${unit} is not available`);
  return atom(`strftime(${literal(format)}, ${sql})`, "timestamp");
}

/** `date_part(unit, time)` and `extract(unit from time)`. */
export function partOfTime(unit: string, time: Term, token: Token): Term {
  const { sql } = toTimestamp(time, token);
  if (unit === "quarter") return atom(`((CAST(strftime('%m', ${sql}) AS INTEGER) + 2) / 3)`, "integer");
  if (unit === "epoch") {
    return atom(
      bind(atom(sql), (value) => `(unixepoch(${value}) + CAST('0' || substr(${value}, 20) AS REAL))`),
      "real",
    );
  }
  const format = PARTS[unit];
  if (format === undefined) throw refuseSql(token, `the part ${unit} of a time is not available`);
  return atom(`CAST(strftime(${literal(format)}, ${sql}) AS INTEGER)`, "integer");
}

/** `datediff(unit, from, to)`: how many boundaries of the unit lie between; weeks are whole spans of seven days. */
export function differenceOfTimes(unit: string, [from, to]: [Term, Term], token: Token): Term {
  const [start, end] = [toTimestamp(from, token).sql, toTimestamp(to, token).sql];
  const [, seconds] = UNITS[unit] ?? [];
  if (unit === "day") return atom(daysBetween(start, end), "integer");
  if (unit === "week") return atom(`(${daysBetween(start, end)} / 7)`, "integer");
  const part = (name: string, sql: string) => partOfTime(name, atom(sql, "timestamp"), token).sql;
  if (unit === "year") return atom(`(${part("year", end)} - ${part("year", start)})`, "integer");
  if (unit === "month" || unit === "quarter") {
    const size = unit === "month" ? 12 : 4;
    const count = (sql: string) =>
      bind(atom(sql), (value) => `(${part("year", value)} * ${size} + ${part(unit, value)})`);
    return atom(`(${count(end)} - ${count(start)})`, "integer");
  }
  if (seconds === undefined) throw refuseSql(token, `datediff in ${unit} is not available`);
  const count = (sql: string) => `CAST(floor(unixepoch(${sql}) / ${seconds}.0) AS INTEGER)`;
  return atom(`(${count(end)} - ${count(start)})`, "integer");
}

/** `strftime` with the specifiers that mean the same in both. */
export function formatTime(time: Term, format: Term, token: Token): Term {
  if (format.text === undefined || /%[^YmdHMSjw%]/.test(format.text)) {
    throw refuseSql(token, "strftime takes a plain format of %Y %m %d %H %M %S %j %w");
  }
  return atom(`strftime(${operand(format)}, ${toTimestamp(time, token).sql})`, "text");
}
