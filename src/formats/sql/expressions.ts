import { arithmeticKind, divisor, numeric } from "./arithmetic.ts";
import { castTerm, timeLiteral, toNumber, toText, type TypeName } from "./casts.ts";
import { align, compare } from "./comparisons.ts";
import { unify } from "./common-kind.ts";
import { type Cursor, keywordAt, peek, take, takeIf, textAt, writeName } from "./cursor.ts";
import { addDays, addSpans, daysBetween, parseInterval, partOfTime, spanOf, unitName } from "./dates.ts";
import { callFunction, remainder } from "./functions.ts";
import { ilikeTerm, likeTerm } from "./patterns.ts";
import { kindOfColumn } from "./scopes.ts";
import { keywordOf, nameOf } from "./table-references.ts";
import { atom, isTime, LEVELS, refuseSql, type Span, type Term, within } from "./terms.ts";
import { type Token, unquote } from "./tokenize.ts";

/** How tightly DuckDB binds, https://duckdb.org/docs/stable/sql/query_syntax: `||` less tightly than `+`. */
const BINDING = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  like: 6,
  other: 7,
  sum: 8,
  product: 9,
  unary: 10,
} as const;

const COMPARISONS = new Set(["=", "==", "<>", "!=", "<", ">", "<=", ">="]);
const REFUSED_OPERATORS = new Set(["~", "->", "->>", "&", "|", "<<", ">>", "."]);

/** Reads an expression of operators that bind tighter than `binding`, with DuckDB's precedence. */
export function parseExpression(cursor: Cursor, binding = 0): Term {
  let left = parsePrefix(cursor);
  for (;;) {
    const next = parseOperator(cursor, left, binding);
    if (next === undefined) return left;
    left = next;
  }
}

function parsePrefix(cursor: Cursor): Term {
  const token = take(cursor);
  const keyword = keywordOf(token);
  if (keyword === "not") {
    return {
      sql: `NOT ${within(parseExpression(cursor, BINDING.not), LEVELS.not)}`,
      kind: "boolean",
      level: LEVELS.not,
    };
  }
  if (token.text === "-" || token.text === "+") {
    const value = parseExpression(cursor, BINDING.unary);
    return { ...atom(`${token.text} ${toNumber(value)}`, value.kind), level: LEVELS.unary, ...scaleOf(value) };
  }
  return parseCasts(cursor, parsePrimary(cursor, token, keyword));
}

function parseCasts(cursor: Cursor, term: Term): Term {
  let value = term;
  while (textAt(cursor) === "::") {
    const token = take(cursor);
    value = castTerm(value, parseType(cursor), token);
  }
  if (keywordAt(cursor) === "collate") throw refuseSql(peek(cursor), "COLLATE is not available");
  if (keywordAt(cursor) === "at" && keywordAt(cursor, 1) === "time")
    throw refuseSql(peek(cursor), "time zones are not available");
  return value;
}

function parsePrimary(cursor: Cursor, token: Token, keyword: string): Term {
  if (token.kind === "string") return { ...atom(token.text, "text"), text: unquote(token) };
  if (token.kind === "number") return numberTerm(token);
  if (token.text === "(") return parseBrackets(cursor);
  if (token.text === "*") return { ...atom("*"), star: { qualifier: undefined } };
  if (keyword === "case") return parseCase(cursor, token);
  if (keyword === "cast" || keyword === "try_cast") return parseCast(cursor, token, keyword === "try_cast");
  if (keyword === "exists") {
    take(cursor, "(");
    return atom(`EXISTS ${parseBrackets(cursor).sql}`, "boolean");
  }
  if (keyword === "true" || keyword === "false") return atom(keyword === "true" ? "1" : "0", "boolean");
  if (keyword === "null") return atom("NULL", "null");
  if (keyword === "current_date") return atom("date('now')", "date");
  if (keyword === "current_timestamp" || keyword === "localtimestamp") return atom("datetime('now')", "timestamp");
  if (keyword === "current_time") throw refuseSql(token, "times without a date are not available");
  if ((keyword === "date" || keyword === "timestamp") && peek(cursor)?.kind === "string") {
    return timeLiteral(unquote(take(cursor)), keyword, token);
  }
  if (keyword === "interval") throw refuseSql(token, "an interval can only be added to a time or taken from it");
  if (keyword === "extract" && textAt(cursor) === "(") return parseExtract(cursor, token);
  if (keyword === "position" && textAt(cursor) === "(") return parsePosition(cursor);
  if (token.kind !== "name" && token.kind !== "quoted_name")
    throw refuseSql(token, `${token.text.slice(0, 20)} is not available`);
  return textAt(cursor) === "(" ? parseCall(cursor, token) : parseColumn(cursor, token);
}

function numberTerm(token: Token): Term {
  const text = token.text.replaceAll("_", "");
  if (/[eEx]/.test(text)) return atom(text, /x/i.test(text) ? "integer" : "real");
  if (!text.includes(".")) return atom(text, "integer");
  return { ...atom(text, "decimal"), scale: text.length - text.indexOf(".") - 1 };
}

const scaleOf = ({ scale }: Term): { scale?: number } => (scale === undefined ? {} : { scale });

function parseColumn(cursor: Cursor, first: Token): Term {
  let sql = writeName(first);
  let last = first;
  let qualifier: string | undefined;
  while (textAt(cursor) === ".") {
    take(cursor);
    qualifier = nameOf(last);
    last = take(cursor);
    sql += `.${last.text === "*" ? "*" : writeName(last)}`;
  }
  if (textAt(cursor) === "(") throw refuseSql(first, `the function ${sql} is not available`);
  const name = nameOf(last);
  if (name === undefined) return { ...atom(sql), star: { qualifier } };
  return { ...atom(sql, kindOfColumn(cursor.scope, { qualifier, name }, cursor.kinds)), name };
}

/** After an opening bracket: a query, a list or an expression. */
function parseBrackets(cursor: Cursor): Term {
  if (["select", "with", "values", "partition", "order"].includes(keywordAt(cursor))) {
    const { sql, columns } = cursor.query(cursor);
    take(cursor, ")");
    const [only] = columns.list;
    return atom(`(${sql})`, columns.rest === "none" && columns.list.length === 1 ? only?.kind : "unknown");
  }
  const terms = parseList(cursor);
  const [only] = terms;
  if (terms.length === 1 && only !== undefined) return { ...only, sql: `(${only.sql})`, level: LEVELS.atom };
  return atom(`(${terms.map(({ sql }) => sql).join(", ")})`);
}

function parseList(cursor: Cursor): Term[] {
  const terms: Term[] = [];
  while (textAt(cursor) !== ")") {
    terms.push(parseExpression(cursor));
    if (textAt(cursor) !== ")") take(cursor, ",");
  }
  take(cursor, ")");
  return terms;
}

function parseCase(cursor: Cursor, token: Token): Term {
  const subject = keywordAt(cursor) === "when" ? undefined : parseExpression(cursor);
  const conditions: string[] = [];
  const results: Term[] = [];
  while (takeIf(cursor, "when")) {
    const condition = parseExpression(cursor);
    take(cursor, "then");
    results.push(parseExpression(cursor));
    // The comparison is spelt out, so that both sides become of one kind.
    conditions.push(subject === undefined ? condition.sql : compare(subject, "=", condition, token).sql);
  }
  if (takeIf(cursor, "else")) results.push(parseExpression(cursor));
  take(cursor, "end");
  const { terms, kind } = unify(results, token);
  const branches = terms.map(({ sql }, index) => {
    const condition = conditions[index];
    return condition === undefined ? ` ELSE ${sql}` : ` WHEN ${condition} THEN ${sql}`;
  });
  return atom(`CASE${branches.join("")} END`, kind);
}

function parseCast(cursor: Cursor, token: Token, attempt: boolean): Term {
  take(cursor, "(");
  const value = parseExpression(cursor);
  take(cursor, "as");
  const type = parseType(cursor);
  take(cursor, ")");
  return castTerm(value, type, token, attempt);
}

function parseType(cursor: Cursor): TypeName {
  let name = keywordOf(take(cursor));
  while (["precision", "varying", "with", "without", "time", "zone"].includes(keywordAt(cursor)))
    name += ` ${keywordOf(take(cursor))}`;
  const numbers = takeIf(cursor, "(") ? parseList(cursor).map(({ sql }) => Number(sql)) : [];
  return { name, numbers };
}

function parseExtract(cursor: Cursor, token: Token): Term {
  take(cursor, "(");
  const unit = unitName(unquote(take(cursor)));
  take(cursor, "from");
  const time = parseExpression(cursor);
  take(cursor, ")");
  return partOfTime(unit, time, token);
}

function parsePosition(cursor: Cursor): Term {
  take(cursor, "(");
  const search = parseExpression(cursor, BINDING.like);
  take(cursor, "in");
  const text = parseExpression(cursor);
  take(cursor, ")");
  return atom(`instr(${text.sql}, ${search.sql})`, "integer");
}

function parseCall(cursor: Cursor, token: Token): Term {
  const name = nameOf(token) ?? "";
  take(cursor, "(");
  const distinct = takeIf(cursor, "distinct");
  const args: Term[] = [];
  const spans: Span[] = [];
  let order = "";
  while (textAt(cursor) !== ")") {
    if (keywordAt(cursor) === "order") order = ` ${cursor.order(cursor)}`;
    else if (keywordAt(cursor) === "interval") spans.push(...parseSpans(cursor));
    else args.push(parseExpression(cursor));
    if (textAt(cursor) !== ")" && keywordAt(cursor) !== "order") take(cursor, ",");
  }
  take(cursor, ")");
  if (args.length > 1 && (name === "max" || name === "min"))
    throw refuseSql(token, `${name} of several is greatest or least`);
  const called = callFunction({ name, token, args, spans });
  if (keywordAt(cursor) === "within")
    throw refuseSql(peek(cursor), "WITHIN GROUP is not available; write ORDER BY inside the brackets");
  if (["ignore", "respect"].includes(keywordAt(cursor))) throw refuseSql(peek(cursor), "IGNORE NULLS is not available");
  if (order !== "" || distinct) {
    // An aggregate is one call, so what belongs into its brackets goes right after the first and before the last.
    const open = called.sql.indexOf("(") + 1;
    called.sql = `${called.sql.slice(0, open)}${distinct ? "DISTINCT " : ""}${called.sql.slice(open, -1)}${order})`;
  }
  return parseWindow(cursor, called);
}

function parseWindow(cursor: Cursor, called: Term): Term {
  let { sql } = called;
  if (takeIf(cursor, "filter")) {
    take(cursor, "(");
    take(cursor, "where");
    sql += ` FILTER (WHERE ${parseExpression(cursor).sql})`;
    take(cursor, ")");
  }
  if (takeIf(cursor, "over")) {
    if (textAt(cursor) === "(") {
      take(cursor);
      sql += ` OVER (${cursor.query(cursor).sql})`;
      take(cursor, ")");
    } else sql += ` OVER ${writeName(take(cursor))}`;
  }
  return { ...called, sql };
}

/** `interval '1 day'`, `interval 1 day`, `interval (n) day`. */
function parseSpans(cursor: Cursor): Span[] {
  const token = take(cursor, "interval");
  const value = parsePrimary(cursor, take(cursor), "");
  if (value.text !== undefined && /[a-z]/i.test(value.text)) return parseInterval(value.text, token);
  const unit = take(cursor);
  // DuckDB cuts the digits of a count off.
  const count = value.kind === "integer" ? value.sql : `CAST(${toNumber(value)} AS INTEGER)`;
  return [spanOf(value.text ?? count, unit.text, unit)];
}

function parseOperator(cursor: Cursor, left: Term, binding: number): Term | undefined {
  const token = peek(cursor);
  if (token === undefined) return undefined;
  const { text } = token;
  const keyword = keywordOf(token);
  const operation = keyword === "" ? text : keyword;
  if (text === "+" || text === "-") return infix(cursor, binding, BINDING.sum, () => parseSum(cursor, left, token));
  if (text === "*" || text === "/" || text === "%")
    return infix(cursor, binding, BINDING.product, () => parseProduct(cursor, left, token));
  if (text === "||") {
    return infix(cursor, binding, BINDING.other, () => {
      const right = toText(parseExpression(cursor, BINDING.other), token);
      return {
        sql: `${within(toText(left, token), LEVELS.concat - 1)} || ${within(right, LEVELS.concat)}`,
        kind: "text",
        level: LEVELS.concat,
      };
    });
  }
  if (COMPARISONS.has(text))
    return infix(cursor, binding, BINDING.comparison, () =>
      compare(left, text, parseExpression(cursor, BINDING.comparison), token),
    );
  if (operation === "or" || operation === "and") {
    return infix(cursor, binding, BINDING[operation], () => {
      const right = parseExpression(cursor, BINDING[operation]);
      const level = LEVELS[operation];
      return {
        sql: `${within(left, level - 1)} ${operation.toUpperCase()} ${within(right, level)}`,
        kind: "boolean",
        level,
      };
    });
  }
  if (operation === "is" || operation === "isnull" || operation === "notnull")
    return infix(cursor, binding, BINDING.is, () => parseIs(cursor, left, operation));
  const negated = operation === "not";
  const word = negated ? keywordAt(cursor, 1) : operation;
  if (["in", "between", "like", "ilike", "glob", "similar"].includes(word)) {
    return infix(cursor, binding, BINDING.like, () => {
      const at = negated ? take(cursor) : token;
      const term = parseMatch(cursor, left, word, at);
      return negated ? { sql: `NOT ${within(term, LEVELS.not)}`, kind: "boolean", level: LEVELS.not } : term;
    });
  }
  if (REFUSED_OPERATORS.has(text)) throw refuseSql(token, `the operator ${text} is not available`);
  return undefined;
}

function infix(cursor: Cursor, binding: number, own: number, parse: () => Term): Term | undefined {
  if (own <= binding) return undefined;
  take(cursor);
  return parse();
}

function parseSum(cursor: Cursor, left: Term, token: Token): Term {
  const sign = token.text === "+" ? 1 : -1;
  if (keywordAt(cursor) === "interval") return addSpans(left, parseSpans(cursor), sign, token);
  const right = parseExpression(cursor, BINDING.sum);
  if (left.kind === "date" && right.kind === "integer")
    return addDays(left, sign === 1 ? right.sql : `-(${right.sql})`);
  if (left.kind === "date" && right.kind === "date" && sign === -1)
    return atom(daysBetween(right.sql, left.sql), "integer");
  if (isTime(left) || isTime(right)) throw refuseSql(token, "write times with intervals or datediff");
  return {
    sql: `${within(numeric(left), LEVELS.sum - 1)} ${token.text} ${within(numeric(right), LEVELS.sum)}`,
    kind: arithmeticKind(left, right),
    level: LEVELS.sum,
  };
}

function parseProduct(cursor: Cursor, left: Term, token: Token): Term {
  if (token.text === "/" && textAt(cursor) === "/")
    throw refuseSql(token, "the operator // is not available; write trunc(a / b)");
  const right = parseExpression(cursor, BINDING.product);
  if (isTime(left) || isTime(right)) throw refuseSql(token, "times cannot be multiplied");
  if (token.text === "%") return remainder(left, right);
  const operator = token.text === "/" ? "* 1.0 /" : "*";
  const second = token.text === "/" ? divisor(right) : numeric(right);
  return {
    sql: `${within(numeric(left), LEVELS.product - 1)} ${operator} ${within(second, LEVELS.product)}`,
    kind: token.text === "/" ? "real" : arithmeticKind(left, right),
    level: LEVELS.product,
  };
}

function parseIs(cursor: Cursor, left: Term, word: string): Term {
  const subject = within(left, LEVELS.equality);
  const is = (sql: string): Term => ({ sql: `${subject} ${sql}`, kind: "boolean", level: LEVELS.equality });
  if (word !== "is") return is(word === "isnull" ? "IS NULL" : "IS NOT NULL");
  const operator = takeIf(cursor, "not") ? "IS NOT" : "IS";
  if (takeIf(cursor, "null")) return is(`${operator} NULL`);
  if (takeIf(cursor, "distinct", "from")) {
    return compare(left, operator === "IS" ? "IS NOT" : "IS", parseExpression(cursor, BINDING.is));
  }
  if (takeIf(cursor, "true")) return is(`${operator} TRUE`);
  if (takeIf(cursor, "false")) return is(`${operator} FALSE`);
  throw refuseSql(peek(cursor), "IS needs NULL, TRUE, FALSE or DISTINCT FROM");
}

function parseMatch(cursor: Cursor, left: Term, word: string, token: Token): Term {
  if (word === "similar" || word === "glob") throw refuseSql(token, `${word.toUpperCase()} is not available`);
  if (word === "between") {
    const from = parseExpression(cursor, BINDING.like);
    take(cursor, "and");
    const to = parseExpression(cursor, BINDING.like);
    return atom(`(${compare(left, ">=", from, token).sql} AND ${compare(left, "<=", to, token).sql})`, "boolean");
  }
  if (word === "in") return parseIn(cursor, left, token);
  const pattern = parseExpression(cursor, BINDING.like);
  const escape = takeIf(cursor, "escape") ? unquote(take(cursor)) : undefined;
  return (word === "like" ? likeTerm : ilikeTerm)({ subject: left, pattern, escape }, token);
}

function parseIn(cursor: Cursor, left: Term, token: Token): Term {
  take(cursor, "(");
  if (["select", "with", "values"].includes(keywordAt(cursor))) {
    return {
      sql: `${within(left, LEVELS.equality)} IN ${parseBrackets(cursor).sql}`,
      kind: "boolean",
      level: LEVELS.equality,
    };
  }
  const terms = parseList(cursor);
  const plain = terms.every((term) =>
    align(left, term, token).every((side, index) => side === (index === 0 ? left : term)),
  );
  if (plain) {
    return {
      sql: `${within(left, LEVELS.equality)} IN (${terms.map(({ sql }) => sql).join(", ")})`,
      kind: "boolean",
      level: LEVELS.equality,
    };
  }
  return atom(`(${terms.map((term) => compare(left, "=", term, token).sql).join(" OR ")})`, "boolean");
}
