import { BINDING } from "./binding.ts";
import { parseBrackets, parseList } from "./brackets.ts";
import { align, compare } from "./comparisons.ts";
import { type Cursor, keywordAt, peek, take, takeIf } from "./cursor.ts";
import { ilikeTerm, likeTerm } from "./patterns.ts";
import { atom, LEVELS, refuseSql, type Term, within } from "./terms.ts";
import { type Token, unquote } from "./tokenize.ts";

/** After `is`, `isnull` or `notnull`. */
export function parseIs(cursor: Cursor, left: Term, word: string): Term {
  const subject = within(left, LEVELS.equality);
  const is = (sql: string): Term => ({ sql: `${subject} ${sql}`, kind: "boolean", level: LEVELS.equality });
  if (word !== "is") return is(word === "isnull" ? "IS NULL" : "IS NOT NULL");
  const operator = takeIf(cursor, "not") ? "IS NOT" : "IS";
  if (takeIf(cursor, "null")) return is(`${operator} NULL`);
  if (takeIf(cursor, "distinct", "from")) {
    return compare(left, operator === "IS" ? "IS NOT" : "IS", cursor.expression(cursor, BINDING.is));
  }
  if (takeIf(cursor, "true")) return is(`${operator} TRUE`);
  if (takeIf(cursor, "false")) return is(`${operator} FALSE`);
  throw refuseSql(peek(cursor), "IS needs NULL, TRUE, FALSE or DISTINCT FROM");
}

/** After `in`, `between`, `like` or `ilike`; throws 400 for their relatives that SQLite lacks. */
export function parseMatch(cursor: Cursor, left: Term, word: string, token: Token): Term {
  if (word === "similar" || word === "glob") throw refuseSql(token, `${word.toUpperCase()} is not available`);
  if (word === "between") {
    const from = cursor.expression(cursor, BINDING.like);
    take(cursor, "and");
    const to = cursor.expression(cursor, BINDING.like);
    return atom(`(${compare(left, ">=", from, token).sql} AND ${compare(left, "<=", to, token).sql})`, "boolean");
  }
  if (word === "in") return parseIn(cursor, left, token);
  const pattern = cursor.expression(cursor, BINDING.like);
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
