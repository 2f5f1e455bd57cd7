import type { Token } from "./tokenize.ts";
import {
  atom,
  bind,
  failing,
  isNumeric,
  isTime,
  type Kind,
  LEVELS,
  literal,
  operand,
  refuseSql,
  type Term,
} from "./terms.ts";

/** A type as a model names it, in lower case, with its numbers. */
export interface TypeName {
  name: string;
  numbers: number[];
}

const KINDS: Record<string, Kind> = {
  ...Object.fromEntries(
    ["int", "integer", "bigint", "smallint", "tinyint", "int2", "int4", "int8", "long", "signed"].map((name) => [
      name,
      "integer",
    ]),
  ),
  ...Object.fromEntries(
    ["double", "double precision", "float8", "float", "real", "float4"].map((name) => [name, "real"]),
  ),
  ...Object.fromEntries(["numeric", "decimal", "dec"].map((name) => [name, "decimal"])),
  ...Object.fromEntries(
    ["varchar", "text", "string", "char", "bpchar", "character varying"].map((name) => [name, "text"]),
  ),
  boolean: "boolean",
  bool: "boolean",
  date: "date",
  timestamp: "timestamp",
  datetime: "timestamp",
  "timestamp without time zone": "timestamp",
};

/** DuckDB's `numeric` without numbers is `numeric(18, 3)`. */
const DEFAULT_SCALE = 3;

/**
 * `cast(term as type)` as DuckDB does it: numbers round instead of being cut off, a text that is no value of the type
 * fails (`attempt` makes it null) where SQLite would take 0. Throws 400 for a type that SQLite cannot hold.
 */
export function castTerm(term: Term, type: TypeName, token: Token | undefined, attempt = false): Term {
  const kind = KINDS[type.name];
  if (kind === undefined) throw refuseSql(token, `the type ${type.name} is not available`);
  const fail: Fail = attempt ? () => "NULL" : (target, sql) => failing(`cannot cast to ${target}`, sql);
  if (kind === "integer") return toInteger(term, fail, token);
  if (kind === "real")
    return isNumeric(term)
      ? atom(`CAST(${term.sql} AS REAL)`, "real")
      : atom(`CAST(${toNumber(term, fail)} AS REAL)`, "real");
  if (kind === "decimal") return toDecimal(term, type, fail, token);
  if (kind === "boolean") return toBoolean(term, fail, token);
  if (kind === "date") return toDate(term, fail, token);
  if (kind === "timestamp") return toTimestamp(term, token, fail);
  return toText(term, token);
}

/** SQL for a value that is not of the target. */
type Fail = (target: string, sql: string) => string;

const refuseCast = (term: Term, target: string, token: Token | undefined) =>
  refuseSql(token, `a ${term.kind} cannot be cast to ${target}`);

/** A number from a text or from what is not known; a text that is no number fails. */
export function toNumber(term: Term, fail: Fail = (target, sql) => failing(`not a ${target}`, sql)): string {
  if (isNumeric(term) || term.kind === "boolean" || term.kind === "null") return operand(term);
  return bind(term, (value) => {
    const trimmed = `trim(${value})`;
    const number =
      `CASE WHEN json_valid(${trimmed}) AND ${trimmed} GLOB '*[0-9]' THEN ${trimmed} + 0 ` +
      `WHEN ${trimmed} <> '' AND ${trimmed} NOT GLOB '*[^0-9]*' THEN CAST(${trimmed} AS INTEGER) ` +
      `WHEN ${value} IS NOT NULL THEN ${fail("number", value)} END`;
    return term.kind === "text"
      ? `(${number})`
      : `(CASE WHEN typeof(${value}) <> 'text' THEN ${value} ELSE ${number} END)`;
  });
}

function toInteger(term: Term, fail: Fail, token: Token | undefined): Term {
  if (term.kind === "integer") return term;
  if (isTime(term)) throw refuseCast(term, "integer", token);
  if (term.kind === "boolean") return { ...term, kind: "integer" };
  const number = atom(toNumber(term, fail));
  return atom(
    bind(number, (value) => {
      // DuckDB rounds halves of decimals away from zero, of doubles to the even neighbour.
      const rounded =
        term.kind === "decimal" || term.kind === "text"
          ? `round(round(${value}, 9))`
          : `CASE WHEN abs(${value} - trunc(${value})) = 0.5 THEN 2 * round(${value} / 2.0) ELSE round(${value}) END`;
      const outside = `WHEN abs(${value}) >= 9223372036854775808.0 THEN ${fail("bigint", value)}`;
      return `(CASE WHEN typeof(${value}) = 'integer' THEN ${value} ${outside} ELSE CAST(${rounded} AS INTEGER) END)`;
    }),
    "integer",
  );
}

function toDecimal(term: Term, { numbers }: TypeName, fail: Fail, token: Token | undefined): Term {
  if (isTime(term)) throw refuseCast(term, "decimal", token);
  const scale = numbers.length === 0 ? DEFAULT_SCALE : (numbers[1] ?? 0);
  const number: Term = { ...atom(toNumber(term, fail), term.kind === "text" ? "decimal" : term.kind) };
  return { ...roundTerm(number, scale), kind: "decimal", scale };
}

/** Rounded to so many digits as DuckDB rounds: a decimal by its digits, a double after multiplying. */
export function roundTerm(term: Term, digits: number): Term {
  const sql = operand(term);
  if (term.kind === "integer" && digits >= 0) return term;
  if (digits === 0 && term.kind === "decimal") return atom(`round(round(${sql}, 9))`, term.kind);
  if (digits === 0 && term.kind === "real") return atom(`round(${sql})`, term.kind);
  if (digits === 0) {
    return atom(
      bind(term, (value) => `iif(typeof(${value}) = 'integer', ${value}, round(${value}))`),
      term.kind,
    );
  }
  const factor = `1e${Math.abs(digits)}`;
  if (digits < 0) return atom(`(round(${sql} / ${factor}) * ${factor})`, term.kind);
  const scaled = `${sql} * ${factor}`;
  return atom(`(round(${term.kind === "decimal" ? `round(${scaled}, 6)` : scaled}) / ${factor})`, term.kind);
}

function toBoolean(term: Term, fail: Fail, token: Token | undefined): Term {
  if (term.kind === "boolean") return term;
  if (isTime(term)) throw refuseCast(term, "boolean", token);
  if (isNumeric(term)) return { sql: `${operand(term)} <> 0`, kind: "boolean", level: LEVELS.equality };
  return atom(
    bind(
      term,
      (value) =>
        `(CASE WHEN typeof(${value}) IN ('integer', 'real') THEN ${value} <> 0 ` +
        `WHEN lower(${value}) IN ('true', 't', 'yes', 'y', '1') THEN 1 ` +
        `WHEN lower(${value}) IN ('false', 'f', 'no', 'n', '0') THEN 0 ` +
        `WHEN ${value} IS NOT NULL THEN ${fail("boolean", value)} END)`,
    ),
    "boolean",
  );
}

function toDate(term: Term, fail: Fail, token: Token | undefined): Term {
  if (term.kind === "date") return term;
  if (term.kind === "timestamp") return atom(`substr(${term.sql}, 1, 10)`, "date");
  if (isNumeric(term) || term.kind === "boolean") throw refuseCast(term, "date", token);
  // SQLite takes a number for a Julian day and the 30th of February for the 2nd of March.
  return atom(
    bind(
      term,
      (value) =>
        `(CASE WHEN date(${value}) = substr(${value}, 1, 10) THEN date(${value}) ` +
        `WHEN ${value} IS NOT NULL THEN ${fail("date", value)} END)`,
    ),
    "date",
  );
}

/** A time as `YYYY-MM-DD HH:MM:SS[.ffffff]`; a date begins its day. */
export function toTimestamp(
  term: Term,
  token: Token | undefined,
  fail: Fail = (target, sql) => failing(`not a ${target}`, sql),
): Term {
  if (term.kind === "timestamp") return term;
  if (term.kind === "date") return { sql: `${operand(term)} || ' 00:00:00'`, kind: "timestamp", level: LEVELS.concat };
  if (isNumeric(term) || term.kind === "boolean") throw refuseCast(term, "timestamp", token);
  if (term.text !== undefined) return timeLiteral(term.text, "timestamp", token);
  return atom(
    bind(term, (value) => {
      const rest = `rtrim(substr(${value}, 20), 'Z')`;
      const wellFormed =
        `substr(datetime(${value}), 1, min(length(${value}), 19)) = replace(substr(${value}, 1, 19), 'T', ' ') ` +
        `AND ${rest} NOT GLOB '*[^.0-9]*'`;
      return (
        `(CASE WHEN ${wellFormed} THEN datetime(${value}) || rtrim(rtrim(${rest}, '0'), '.') ` +
        `WHEN ${value} IS NOT NULL THEN ${fail("timestamp", value)} END)`
      );
    }),
    "timestamp",
  );
}

/** A date or time that the model spells out. */
export function timeLiteral(text: string, kind: "date" | "timestamp", token: Token | undefined): Term {
  const [, day = "", clock = "00:00", seconds = ":00", fraction = ""] =
    /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?(\.\d{1,6})?Z?)?$/.exec(text.trim()) ?? [];
  const time = Date.parse(`${day}T${clock}${seconds}Z`);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(day)) {
    throw refuseSql(token, `"${text}" is not a ${kind}`);
  }
  if (kind === "date") return atom(literal(day), "date");
  return atom(literal(`${day} ${clock}${seconds}${fraction.replace(/\.?0*$/, "")}`), "timestamp");
}

/** The text of a value as DuckDB writes it; a double fails whose shortest text SQLite does not know. */
export function toText(term: Term, token: Token | undefined): Term {
  if (term.kind === "text") return term;
  return atom(
    bind(term, (value) => writeText(term, value, token)),
    "text",
  );
}

function writeText({ kind, scale }: Term, value: string, token: Token | undefined): string {
  if (kind === "boolean") return `(CASE WHEN ${value} THEN 'true' WHEN NOT ${value} THEN 'false' END)`;
  if (kind === "decimal") {
    if (scale !== undefined) return `(CASE WHEN ${value} IS NOT NULL THEN printf('%.${scale}f', ${value}) END)`;
    throw refuseSql(token, "the text of this decimal depends on its scale; cast it to numeric(p, s) first");
  }
  const text = `CAST(${value} AS TEXT)`;
  if (kind !== "real" && kind !== "unknown") return text;
  // Up to 15 digits are the shortest text of a double that reads back; DuckDB writes exponents otherwise.
  const digits = `printf('%!.15g', ${value})`;
  const exact = `CAST(${digits} AS REAL) = ${value} AND (${value} = 0 OR abs(${value}) BETWEEN 1e-4 AND 1e15)`;
  const failure = failing("the text of this double; cast it to numeric(p, s) first", value);
  return `(CASE WHEN typeof(${value}) <> 'real' THEN ${text} WHEN ${exact} THEN ${digits} ELSE ${failure} END)`;
}
