import { badRequest } from "../../errors.ts";
import type { Token } from "./tokenize.ts";

/** What an expression is known to be before it runs; `null` fits every other. */
export type Kind = "integer" | "decimal" | "real" | "text" | "date" | "timestamp" | "boolean" | "null" | "unknown";

/** How tightly SQLite binds an operator, https://sqlite.org/lang_expr.html#operators; `atom` needs no brackets ever. */
export const LEVELS = {
  or: 1,
  and: 2,
  not: 3,
  equality: 4,
  order: 5,
  bits: 6,
  sum: 7,
  product: 8,
  concat: 9,
  unary: 10,
  atom: 11,
} as const;

/** A translated expression. */
export interface Term {
  sql: string;
  kind: Kind;
  level: number;
  /** Digits after the point, of a decimal whose scale is known. */
  scale?: number;
  /** The text, of a plain string literal. */
  text?: string;
  /** The name (folded), of a plain column. */
  name?: string;
  /** Of `*` or `alias.*`. */
  star?: { qualifier: string | undefined };
}

/** A span to add to a time: counts are SQL. */
export interface Span {
  unit: "months" | "days" | "seconds";
  count: string;
}

/** A model that cannot mean in SQLite what it means in DuckDB; 400 with the line. */
export const refuseSql = (token: Pick<Token, "line"> | undefined, reason: string) =>
  badRequest(token === undefined ? reason : `Line ${token.line}: ${reason}`, "SQL_NOT_TRANSLATED");

export const atom = (sql: string, kind: Kind = "unknown"): Term => ({ sql, kind, level: LEVELS.atom });

/** The term's SQL where only operators tighter than `level` may stand without brackets. */
export const within = (term: Term, level: number): string => (term.level > level ? term.sql : `(${term.sql})`);

/** The SQL of a term as an operand of anything. */
export const operand = (term: Term): string => within(term, LEVELS.unary);

export const isNumeric = ({ kind }: Term): boolean => kind === "integer" || kind === "decimal" || kind === "real";

export const isTime = ({ kind }: Term): boolean => kind === "date" || kind === "timestamp";

/** A string literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Up to this length an expression is rather repeated than bound. */
const SHORT = 40;

/**
 * SQL that uses a value several times and computes it once: `write` gets its name. A window function must stay in its
 * own query, so it is repeated.
 */
export function bind(term: Term, write: (sql: string) => string, name = "_value"): string {
  if (term.sql.length <= SHORT || term.sql.includes(" OVER ")) return write(operand(term));
  return `(SELECT ${write(name)} FROM (SELECT ${term.sql} AS ${name}))`;
}

/**
 * SQL that fails when it is evaluated, with the reason in SQLite's message: the path of `json_extract` is quoted in it.
 * `sql` keeps SQLite from evaluating it beforehand, as it does with constants.
 */
export const failing = (reason: string, sql: string): string =>
  `json_extract('{}', ${literal(reason)} || substr(${sql}, 1, 0))`;
