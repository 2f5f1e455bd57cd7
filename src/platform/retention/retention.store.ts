import { getTableName, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "../../context.ts";
import { type Purged, ROWS_A_TURN } from "./purge.ts";

/** Deletes rows of a table that are `expired`, as many as one turn may. */
export async function deleteExpired(db: Database, table: SQLiteTable, expired: SQL | undefined): Promise<Purged> {
  const name = sql.identifier(getTableName(table));
  const chosen = sql`SELECT ${name}.rowid FROM ${table} WHERE ${expired ?? sql`0`} LIMIT ${ROWS_A_TURN}`;
  const { meta } = await db.delete(table).where(sql`${name}.rowid IN (${chosen})`);
  return { rows: meta.changes, bytes: 0 };
}
