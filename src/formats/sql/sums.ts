import { arithmeticKind, divisor, numeric, remainder } from "./arithmetic.ts";
import { BINDING } from "./binding.ts";
import { type Cursor, keywordAt, textAt } from "./cursor.ts";
import { addDays, addSpans, daysBetween } from "./dates.ts";
import { parseSpans } from "./spans.ts";
import { atom, isTime, LEVELS, refuseSql, type Term, within } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/** After `+` or `-`, which add to times, too. */
export function parseSum(cursor: Cursor, left: Term, token: Token): Term {
  const sign = token.text === "+" ? 1 : -1;
  if (keywordAt(cursor) === "interval") return addSpans(left, parseSpans(cursor), sign, token);
  const right = cursor.expression(cursor, BINDING.sum);
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

/** After `*`, `/` or `%`. */
export function parseProduct(cursor: Cursor, left: Term, token: Token): Term {
  if (token.text === "/" && textAt(cursor) === "/")
    throw refuseSql(token, "the operator // is not available; write trunc(a / b)");
  const right = cursor.expression(cursor, BINDING.product);
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
