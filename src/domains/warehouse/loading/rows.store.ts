import { type SQL, sql } from "drizzle-orm";
import { sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Database } from "../../../context.ts";

/** Rows from a JSON array of arrays, each in the order of the names; numbers and texts stay what they are in it. */
export function insertRows(db: Database, stored: string, names: readonly string[], chunk: string) {
  const values = sql.raw(names.map((_, position) => `value ->> ${position}`).join(", "));
  // The binary form spares reading the text of a row again for each of its columns.
  return db.insert(tableOf(stored, names)).select(sql`SELECT ${values} FROM jsonb_each(${chunk})`);
}

export const deleteWhere = (db: Database, stored: string, condition: SQL) =>
  db.delete(tableOf(stored, [])).where(condition);

/** How many rows meet a condition, as a number in SQL. */
export const countWhere = (stored: string, condition: SQL) =>
  sql`(SELECT count(*) FROM ${sql.identifier(stored)} WHERE ${condition})`;

/** Rows whose key is in a JSON array of arrays. */
export function hasKey(key: readonly string[], chunk: string): SQL {
  const names = sql.join(
    key.map((name) => sql.identifier(name)),
    sql`, `,
  );
  const values = sql.raw(key.map((_, position) => `value ->> ${position}`).join(", "));
  return sql`(${names}) IN (SELECT ${values} FROM jsonb_each(${chunk}))`;
}

/** A table whose columns are known at run time only. */
const tableOf = (name: string, columns: readonly string[]) =>
  sqliteTable(name, Object.fromEntries(columns.map((column) => [column, text(column)])));
