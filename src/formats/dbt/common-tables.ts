import { foldName, tokenize } from "../sql/tokenize.ts";

/** A common table that a query needs. */
export interface CommonTable {
  name: string;
  sql: string;
}

/** A query with common tables before its own, as dbt adds ephemeral models. */
export function addCommonTables(sql: string, tables: readonly CommonTable[]): string {
  if (tables.length === 0) return sql;
  const added = tables.map((table) => `${table.name} as (\n${table.sql.trim()}\n)`).join(", ");
  const tokens = tokenize(sql).filter(({ kind }) => kind !== "space" && kind !== "comment");
  const [first, second] = tokens;
  if (!first || foldName(first.text) !== "with") return `with ${added}\n${sql}`;
  const word = second && foldName(second.text) === "recursive" ? second : first;
  const end = word.start + word.text.length;
  return `${sql.slice(0, end)} ${added}, ${sql.slice(end).trimStart()}`;
}
