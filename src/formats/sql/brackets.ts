import { type Cursor, keywordAt, take, textAt } from "./cursor.ts";
import { atom, LEVELS, type Term } from "./terms.ts";

/** After an opening bracket: a query, a list or an expression. */
export function parseBrackets(cursor: Cursor): Term {
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

/** Expressions with commas between them, up to the bracket that closes them. */
export function parseList(cursor: Cursor): Term[] {
  const terms: Term[] = [];
  while (textAt(cursor) !== ")") {
    terms.push(cursor.expression(cursor));
    if (textAt(cursor) !== ")") take(cursor, ",");
  }
  take(cursor, ")");
  return terms;
}
