import { remainder } from "./arithmetic.ts";
import { castTerm, roundTerm, toNumber, toText } from "./casts.ts";
import { castToKind, nullIf, unify } from "./common-kind.ts";
import { addSpans, differenceOfTimes, formatTime, partOfTime, spanOf, truncateTime, unitName } from "./dates.ts";
import { changeCase } from "./patterns.ts";
import { atom, bind, failing, isNumeric, type Kind, operand, refuseSql, type Span, type Term } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/** A call whose arguments are translated. */
export interface Call {
  name: string;
  token: Token;
  /** Undefined where the argument is an interval. */
  args: Term[];
  spans: Span[];
}

type Rule = (call: Call) => Term;

const same =
  (kind: Kind): Rule =>
  ({ name, args }) =>
    atom(`${name}(${args.map(({ sql }) => sql).join(", ")})`, kind);

const ofText =
  (write: (texts: string[]) => string, kind: Kind = "text"): Rule =>
  ({ args, token }) =>
    atom(write(args.map((term) => (isNumeric(term) ? operand(term) : toText(term, token).sql))), kind);

const ofNumber =
  (write: (numbers: string[]) => string, kind: Kind = "real"): Rule =>
  ({ args }) =>
    atom(write(args.map((term) => toNumber(term))), kind);

/** A function that answers one of its arguments. */
const oneOf: Rule = ({ name, args, token }) => {
  const { terms, kind } = unify(args, token);
  return atom(`${name}(${terms.map(({ sql }) => sql).join(", ")})`, kind);
};

/** A window function that answers its first argument in another row, or a default. */
const ofRow: Rule = ({ name, args, token }) => {
  const [value, place] = [argument(args, 0, token), args[1]];
  if (place === undefined) return atom(`${name}(${value.sql})`, value.kind);
  const otherwise = args.slice(2).map((term) => castToKind(term, value.kind, token));
  return atom(`${name}(${[value, place, ...otherwise].map(({ sql }) => sql).join(", ")})`, value.kind);
};

/** `floor` and its like: of a decimal one without digits, otherwise a double. */
const whole: Rule = ({ name, args, token }) => {
  const number = argument(args, 0, token);
  const sql = `${name === "ceiling" ? "ceil" : name}(${toNumber(number)})`;
  return number.kind === "decimal" ? { ...atom(sql, "decimal"), scale: 0 } : atom(`CAST(${sql} AS REAL)`, "real");
};

/** The code of a text's first letter. */
const firstLetter =
  (ofEmpty: number): Rule =>
  ({ args, token }) =>
    atom(
      bind(toText(argument(args, 0, token), token), (text) => `iif(${text} = '', ${ofEmpty}, unicode(${text}))`),
      "integer",
    );

const joinTexts: Rule = ({ args, token }) => {
  const texts = args.map((term) => toText(term, token).sql);
  return atom(`group_concat(${texts.join(", ")})`, "text");
};

/** A rule of DuckDB's functions that skip nulls where SQLite's `max` and `min` of several give null. */
const extreme =
  (name: "max" | "min"): Rule =>
  ({ args, token }) => {
    if (args.length < 2) throw refuseSql(token, "greatest and least need two arguments");
    const { terms, kind } = unify(args, token);
    const all = terms.map(({ sql }) => sql);
    const rotated = all.map((_, index) => `coalesce(${[...all.slice(index), ...all.slice(0, index)].join(", ")})`);
    return atom(`${name}(${rotated.join(", ")})`, kind);
  };

/** A function that DuckDB fails outside of its domain, where SQLite answers null. */
const inDomain =
  (name: string, outside: string): Rule =>
  ({ args, token }) => {
    const number = atom(toNumber(argument(args, 0, token)));
    const fail = (value: string) => failing(`${name} of a number ${outside}`, value);
    return atom(
      bind(number, (value) => `(CASE WHEN ${value} ${outside} THEN ${fail(value)} ELSE ${name}(${value}) END)`),
      "real",
    );
  };

const part =
  (unit: string): Rule =>
  ({ args, token }) =>
    partOfTime(unit, argument(args, 0, token), token);

const RULES: Record<string, Rule> = {
  ...Object.fromEntries(["coalesce", "ifnull"].map((name) => [name, oneOf])),
  nullif: ({ args, token }) => nullIf(argument(args, 0, token), argument(args, 1, token), token),
  ...Object.fromEntries(["count", "row_number", "rank", "dense_rank", "ntile"].map((name) => [name, same("integer")])),
  ...Object.fromEntries(["percent_rank", "cume_dist"].map((name) => [name, same("real")])),
  ...Object.fromEntries(["lag", "lead", "first_value", "last_value", "nth_value"].map((name) => [name, ofRow])),
  ...Object.fromEntries(["floor", "ceil", "ceiling"].map((name) => [name, whole])),
  ...Object.fromEntries(
    ["exp", "sin", "cos", "tan", "atan", "atan2", "radians", "degrees", "pi"].map((name) => [
      name,
      ofNumber((numbers) => `${name}(${numbers.join(", ")})`),
    ]),
  ),
  ...Object.fromEntries(
    ["year", "month", "day", "hour", "minute", "second", "quarter", "week", "dayofweek", "dayofyear", "epoch"].map(
      (name) => [name, part(name)],
    ),
  ),
  ...Object.fromEntries(
    ["trim", "ltrim", "rtrim", "replace", "concat_ws"].map((name) => [
      name,
      ofText((texts) => `${name}(${texts.join(", ")})`),
    ]),
  ),
  random: () => atom("(random() / 18446744073709551616.0 + 0.5)", "real"),
  power: ofNumber(([base, exponent]) => `pow(${base}, ${exponent})`),
  pow: ofNumber(([base, exponent]) => `pow(${base}, ${exponent})`),
  asin: inDomain("asin", "NOT BETWEEN -1 AND 1"),
  acos: inDomain("acos", "NOT BETWEEN -1 AND 1"),
  sqrt: inDomain("sqrt", "< 0"),
  ln: inDomain("ln", "<= 0"),
  log: inDomain("log", "<= 0"),
  log10: inDomain("log", "<= 0"),
  log2: inDomain("log2", "<= 0"),
  abs: ({ args, token }) => atom(`abs(${toNumber(argument(args, 0, token))})`, argument(args, 0, token).kind),
  sign: ofNumber(([number]) => `CAST(sign(${number}) AS INTEGER)`, "integer"),
  trunc: (call) => {
    const number = argument(call.args, 0, call.token);
    if (number.kind === "decimal") return whole(call);
    const sql = bind(atom(toNumber(number)), (value) => `iif(typeof(${value}) = 'integer', ${value}, trunc(${value}))`);
    return atom(sql, number.kind);
  },
  round: ({ args, token }) => {
    const [number, digits] = [argument(args, 0, token), args[1]];
    if (digits !== undefined && !/^-? ?\d{1,2}$/.test(digits.sql))
      throw refuseSql(token, "round needs a plain number of digits");
    return roundTerm({ ...atom(toNumber(number)), kind: number.kind }, Number(digits?.sql.replace(" ", "") ?? 0));
  },
  sum: ({ args, token }) => {
    const { kind } = argument(args, 0, token);
    return atom(`sum(${toNumber(argument(args, 0, token))})`, kind === "boolean" ? "integer" : kind);
  },
  avg: ofNumber(([number]) => `avg(${number})`),
  mean: ofNumber(([number]) => `avg(${number})`),
  max: oneOf,
  min: oneOf,
  any_value: (call) => oneOf({ ...call, name: "min" }),
  bool_or: ({ args, token }) => atom(`max(${argument(args, 0, token).sql})`, "boolean"),
  bool_and: ({ args, token }) => atom(`min(${argument(args, 0, token).sql})`, "boolean"),
  count_if: ({ args, token }) => atom(`count(CASE WHEN ${argument(args, 0, token).sql} THEN 1 END)`, "integer"),
  greatest: extreme("max"),
  least: extreme("min"),
  if: ({ args: [condition, then, otherwise], token }) => {
    if (condition === undefined || then === undefined || otherwise === undefined)
      throw refuseSql(token, "if needs three arguments");
    const { terms, kind } = unify([then, otherwise], token);
    return atom(`iif(${[condition, ...terms].map(({ sql }) => sql).join(", ")})`, kind);
  },
  hex: ({ args, token }) => {
    const { sql, kind } = argument(args, 0, token);
    if (kind !== "text") throw refuseSql(token, "hex takes a text; cast it to text first");
    return atom(`hex(${sql})`, "text");
  },
  lower: ({ args, token }) => atom(changeCase("lower", argument(args, 0, token), token), "text"),
  upper: ({ args, token }) => atom(changeCase("upper", argument(args, 0, token), token), "text"),
  lcase: ({ args, token }) => atom(changeCase("lower", argument(args, 0, token), token), "text"),
  ucase: ({ args, token }) => atom(changeCase("upper", argument(args, 0, token), token), "text"),
  length: ofText(([text]) => `length(${text})`, "integer"),
  len: ofText(([text]) => `length(${text})`, "integer"),
  strpos: ofText(([text, search]) => `instr(${text}, ${search})`, "integer"),
  instr: ofText(([text, search]) => `instr(${text}, ${search})`, "integer"),
  contains: ofText(([text, search]) => `(instr(${text}, ${search}) > 0)`, "boolean"),
  starts_with: ofText(([text, start]) => `(substr(${text}, 1, length(${start})) = (${start}))`, "boolean"),
  concat: ofText((texts) => `concat(${texts.join(", ")})`),
  chr: ({ args, token }) => atom(`char(${argument(args, 0, token).sql})`, "text"),
  ascii: firstLetter(0),
  unicode: firstLetter(-1),
  substr: ofText((texts) => `substr(${texts.join(", ")})`),
  substring: ofText((texts) => `substr(${texts.join(", ")})`),
  left: ({ args, token }) => endOfText("left", args, token),
  right: ({ args, token }) => endOfText("right", args, token),
  split_part: ({ args, token }) => splitPart(args, token),
  string_agg: joinTexts,
  group_concat: joinTexts,
  listagg: joinTexts,
  mod: ({ args, token }) => remainder(argument(args, 0, token), argument(args, 1, token)),
  date: ({ args, token }) => castTerm(argument(args, 0, token), { name: "date", numbers: [] }, token),
  now: () => atom("datetime('now')", "timestamp"),
  today: () => atom("date('now')", "date"),
  date_trunc: ({ args, token }) => truncateTime(unitOf(args, token), argument(args, 1, token), token),
  datetrunc: ({ args, token }) => truncateTime(unitOf(args, token), argument(args, 1, token), token),
  date_part: ({ args, token }) => partOfTime(unitOf(args, token), argument(args, 1, token), token),
  datepart: ({ args, token }) => partOfTime(unitOf(args, token), argument(args, 1, token), token),
  datediff: ({ args, token }) =>
    differenceOfTimes(unitOf(args, token), [argument(args, 1, token), argument(args, 2, token)], token),
  date_diff: ({ args, token }) =>
    differenceOfTimes(unitOf(args, token), [argument(args, 1, token), argument(args, 2, token)], token),
  dateadd: ({ args, token }) =>
    addSpans(
      argument(args, 2, token),
      [spanOf(`(${argument(args, 1, token).sql})`, unitOf(args, token), token)],
      1,
      token,
    ),
  date_add: ({ args, spans, token }) => {
    if (spans.length === 0) throw refuseSql(token, "date_add needs an interval");
    return addSpans(argument(args, 0, token), spans, 1, token);
  },
  last_day: ({ args, token }) =>
    atom(
      `date(${castTerm(argument(args, 0, token), { name: "date", numbers: [] }, token).sql}, 'start of month', '+1 month', '-1 day')`,
      "date",
    ),
  strftime: ({ args, token }) => {
    const [first, second] = [argument(args, 0, token), argument(args, 1, token)];
    return first.text?.includes("%") === true ? formatTime(second, first, token) : formatTime(first, second, token);
  },
};

/** What to write in place of functions that models are written with and that SQLite cannot compute. */
const REFUSED: Record<string, string> = {
  md5: "there is no hash function; join the columns with || instead of hashing them",
  generate_series: "write a recursive common table with a LIMIT, or dbt_utils.generate_series",
  range: "write a recursive common table with a LIMIT, or dbt_utils.generate_series",
};

/** A call as SQLite computes what DuckDB would. Throws 400 naming the function and the line when it cannot. */
export function callFunction(call: Call): Term {
  const rule = RULES[call.name];
  if (rule !== undefined && Object.hasOwn(RULES, call.name)) return rule(call);
  const reason = Object.hasOwn(REFUSED, call.name) ? REFUSED[call.name] : undefined;
  throw refuseSql(call.token, `the function ${call.name} is not available${reason === undefined ? "" : `: ${reason}`}`);
}

/** So many letters of an end of a text; a negative count leaves out so many of the other end. */
function endOfText(end: "left" | "right", args: Term[], token: Token): Term {
  const [text, count] = [toText(argument(args, 0, token), token), argument(args, 1, token)];
  const write = (value: string, letters: string) =>
    end === "left"
      ? `substr(${value}, 1, CASE WHEN ${letters} < 0 THEN max(0, length(${value}) + ${letters}) ELSE ${letters} END)`
      : `substr(${value}, 1 + max(0, CASE WHEN ${letters} < 0 THEN min(length(${value}), -${letters}) ELSE length(${value}) - ${letters} END))`;
  const sql = bind(
    text,
    (value) => bind(atom(`(${toNumber(count)})`), (letters) => write(value, letters), "_count"),
    "_text",
  );
  return atom(sql, "text");
}

function argument(args: Term[], index: number, token: Token): Term {
  const term = args[index];
  if (term === undefined) throw refuseSql(token, `${token.text} needs ${index + 1} arguments`);
  return term;
}

/** The unit of a time function: a string, or a bare word as Snowflake writes it. */
function unitOf([unit]: Term[], token: Token): string {
  const text = unit?.text ?? (/^[a-z]+$/i.test(unit?.sql ?? "") ? unit?.sql : undefined);
  if (text === undefined) throw refuseSql(token, `the unit of ${token.text} must be a plain string`);
  return unitName(text);
}

/** The first parts are cut off one after the other; later ones, or from the end, would not fit an expression. */
function splitPart(args: Term[], token: Token): Term {
  const [text, separator, position] = [argument(args, 0, token), argument(args, 1, token), argument(args, 2, token)];
  const count = Number(position.sql);
  if (separator.text === undefined || separator.text === "" || !Number.isInteger(count) || count < 1 || count > 4) {
    throw refuseSql(token, "split_part takes a plain separator and a position of 1 to 4");
  }
  const by = separator.sql;
  let rest = `${operand(toText(text, token))} || ${by}`;
  for (let index = 1; index < count; index++) {
    rest = bind(
      atom(`(${rest})`),
      (value) => `substr(${value}, instr(${value}, ${by}) + ${[...(separator.text ?? "")].length})`,
    );
  }
  return atom(
    bind(atom(`(${rest})`), (value) => `substr(${value}, 1, max(0, instr(${value}, ${by}) - 1))`),
    "text",
  );
}
