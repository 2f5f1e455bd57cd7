import { unify } from "./common-kind.ts";
import { compare } from "./comparisons.ts";
import { type Cursor, keywordAt, take, takeIf } from "./cursor.ts";
import { atom, type Term } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/** After `case`. */
export function parseCase(cursor: Cursor, token: Token): Term {
  const subject = keywordAt(cursor) === "when" ? undefined : cursor.expression(cursor);
  const conditions: string[] = [];
  const results: Term[] = [];
  while (takeIf(cursor, "when")) {
    const condition = cursor.expression(cursor);
    take(cursor, "then");
    results.push(cursor.expression(cursor));
    // The comparison is spelt out, so that both sides become of one kind.
    conditions.push(subject === undefined ? condition.sql : compare(subject, "=", condition, token).sql);
  }
  if (takeIf(cursor, "else")) results.push(cursor.expression(cursor));
  take(cursor, "end");
  const { terms, kind } = unify(results, token);
  const branches = terms.map(({ sql }, index) => {
    const condition = conditions[index];
    return condition === undefined ? ` ELSE ${sql}` : ` WHEN ${condition} THEN ${sql}`;
  });
  return atom(`CASE${branches.join("")} END`, kind);
}
