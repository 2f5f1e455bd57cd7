import { parseList } from "./brackets.ts";
import { castTerm, type TypeName } from "./casts.ts";
import { type Cursor, keywordAt, peek, take, takeIf, textAt } from "./cursor.ts";
import { keywordOf } from "./table-references.ts";
import { refuseSql, type Term } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/** A value after the casts by `::` that follow it. */
export function parseCasts(cursor: Cursor, term: Term): Term {
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

/** After `cast`, or `try_cast` for an attempt. */
export function parseCast(cursor: Cursor, token: Token, attempt: boolean): Term {
  take(cursor, "(");
  const value = cursor.expression(cursor);
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
