import { BINDING } from "./binding.ts";
import { parseBrackets } from "./brackets.ts";
import { parseCall } from "./calls.ts";
import { parseCase } from "./case.ts";
import { timeLiteral } from "./casts.ts";
import { type Cursor, peek, take, textAt, writeName } from "./cursor.ts";
import { partOfTime, unitName } from "./dates.ts";
import { kindOfColumn } from "./scopes.ts";
import { nameOf } from "./table-references.ts";
import { atom, refuseSql, type Term } from "./terms.ts";
import { type Token, unquote } from "./tokenize.ts";
import { parseCast } from "./type-casts.ts";

/** What operators stand between; `token` is its first, and `keyword` what that is. */
export function parsePrimary(cursor: Cursor, token: Token, keyword: string): Term {
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

function parseExtract(cursor: Cursor, token: Token): Term {
  take(cursor, "(");
  const unit = unitName(unquote(take(cursor)));
  take(cursor, "from");
  const time = cursor.expression(cursor);
  take(cursor, ")");
  return partOfTime(unit, time, token);
}

function parsePosition(cursor: Cursor): Term {
  take(cursor, "(");
  const search = cursor.expression(cursor, BINDING.like);
  take(cursor, "in");
  const text = cursor.expression(cursor);
  take(cursor, ")");
  return atom(`instr(${text.sql}, ${search.sql})`, "integer");
}
