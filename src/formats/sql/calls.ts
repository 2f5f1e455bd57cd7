import { type Cursor, keywordAt, peek, take, takeIf, textAt, writeName } from "./cursor.ts";
import { callFunction } from "./functions.ts";
import { parseSpans } from "./spans.ts";
import { nameOf } from "./table-references.ts";
import { refuseSql, type Span, type Term } from "./terms.ts";
import type { Token } from "./tokenize.ts";

/** A call of the function that `token` names, with what may follow its brackets. */
export function parseCall(cursor: Cursor, token: Token): Term {
  const name = nameOf(token) ?? "";
  take(cursor, "(");
  const distinct = takeIf(cursor, "distinct");
  const args: Term[] = [];
  const spans: Span[] = [];
  let order = "";
  while (textAt(cursor) !== ")") {
    if (keywordAt(cursor) === "order") order = ` ${cursor.order(cursor)}`;
    else if (keywordAt(cursor) === "interval") spans.push(...parseSpans(cursor));
    else args.push(cursor.expression(cursor));
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
    sql += ` FILTER (WHERE ${cursor.expression(cursor).sql})`;
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
