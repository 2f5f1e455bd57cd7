import type { Columns, Scope } from "./scopes.ts";
import { keywordOf } from "./table-references.ts";
import { type Kind, refuseSql, type Term } from "./terms.ts";
import { foldName, type Token, unquote } from "./tokenize.ts";

/** A query in SQLite's dialect and what it answers. */
export interface TranslatedQuery {
  sql: string;
  columns: Columns;
}

/** Where the translation stands. */
export interface Cursor {
  tokens: Token[];
  index: number;
  /** Kind of value by column, folded; see `toSqlite`. */
  kinds: ReadonlyMap<string, Kind>;
  /** What names mean where it stands; undefined outside of a SELECT. */
  scope: Scope | undefined;
  /** The common tables that can be read there, by folded name. */
  common: ReadonlyMap<string, Columns>;
  /** Columns of subqueries by the index of their first token. */
  described: Map<number, Columns>;
  /** Translates an expression of operators that bind tighter than `binding`, or of any. */
  expression(cursor: Cursor, binding?: number): Term;
  /** Translates up to the bracket that closes what is open. */
  query(cursor: Cursor): TranslatedQuery;
  /** Translates `ORDER BY` and what follows it. */
  order(cursor: Cursor): string;
}

/** The next token, or one further ahead. */
export const peek = (cursor: Cursor, ahead = 0): Token | undefined => cursor.tokens[cursor.index + ahead];
/** The keyword that stands there, see `keywordOf`. */
export const keywordAt = (cursor: Cursor, ahead = 0): string => keywordOf(peek(cursor, ahead));
/** The text that stands there; "" at the end. */
export const textAt = (cursor: Cursor, ahead = 0): string => peek(cursor, ahead)?.text ?? "";

/** Takes the next token. Throws 400 at the end of the statement. */
export function take(cursor: Cursor, expected?: string): Token {
  const token = peek(cursor);
  if (token === undefined || (expected !== undefined && foldName(token.text) !== expected)) {
    throw refuseSql(
      token ?? cursor.tokens.at(-1),
      `${expected ?? "more"} is expected${token === undefined ? "" : ` before ${token.text}`}`,
    );
  }
  cursor.index++;
  return token;
}

/** Takes the next words if they are these. */
export function takeIf(cursor: Cursor, ...words: string[]): boolean {
  if (!words.every((word, ahead) => foldName(textAt(cursor, ahead)) === word)) return false;
  cursor.index += words.length;
  return true;
}

/** In double quotes SQLite would take an unknown name for a string; backticks only quote. */
export const writeName = (token: Token): string =>
  token.kind === "quoted_name" ? `\`${unquote(token).replaceAll("`", "``")}\`` : token.text;
