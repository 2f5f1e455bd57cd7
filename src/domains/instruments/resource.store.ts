import { and, asc, count, eq, gt, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "../../context.ts";
import type { ListWindow } from "../../platform/http/list-page.ts";

/** What every table of things that admins manage has. */
export type ManagedTable = SQLiteTable & Record<"id" | "created_at" | "updated_at" | "deleted_at", SQLiteColumn>;

export interface ManagedRow {
  id: string;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

/** A table, and which of its rows are meant. */
export interface ManagedRows {
  table: ManagedTable;
  scope?: SQL;
}

export type ColumnValues = Record<string, unknown>;

export interface ManagedFilter {
  include_deleted: boolean;
  /** Columns that must have these values. */
  equal: ColumnValues;
}

export function findManaged(db: Database, { table, scope }: ManagedRows, id: string, state: "live" | "deleted") {
  const isInState = state === "live" ? isNull(table.deleted_at) : isNotNull(table.deleted_at);
  return db
    .select()
    .from(table)
    .where(and(eq(table.id, id), isInState, scope))
    .limit(1);
}

/** Oldest first. */
export function listManaged(db: Database, rows: ManagedRows, filter: ManagedFilter, window: ListWindow) {
  const { table } = rows;
  const { after } = window;
  const beyond =
    after && or(gt(table.created_at, after.time), and(eq(table.created_at, after.time), gt(table.id, after.id)));
  return db
    .select()
    .from(table)
    .where(and(matches(rows, filter), beyond ?? undefined))
    .orderBy(asc(table.created_at), asc(table.id))
    .limit(window.limit)
    .offset(window.skip);
}

export const countManaged = (db: Database, rows: ManagedRows, filter: ManagedFilter) =>
  db.select({ total: count() }).from(rows.table).where(matches(rows, filter));

export const insertManaged = (db: Database, { table }: ManagedRows, row: ColumnValues) =>
  db.insert(table).values(row).returning();

export const updateManaged = (db: Database, { table }: ManagedRows, id: string, change: ColumnValues) =>
  db.update(table).set(change).where(eq(table.id, id)).returning();

/** Raises an error, and so rolls its batch back, when the row is no longer what was read. */
export function guardVersion(db: Database, { table }: ManagedRows, { id, updated_at }: ManagedRow) {
  const same = sql<number>`CASE WHEN EXISTS (
    SELECT 1 FROM ${table} WHERE ${table.id} = ${id} AND ${table.updated_at} = ${updated_at}
  ) THEN 1 ELSE json('changed') END`;
  return db.select({ same }).from(sql`(SELECT 1)`);
}

function matches({ table, scope }: ManagedRows, { include_deleted, equal }: ManagedFilter) {
  const columns: Record<string, unknown> = { ...table };
  const equalities = Object.entries(equal)
    .filter(([, value]) => value !== undefined)
    // The names are those of this table's columns: whoever lists it wrote them.
    .map(([name, value]) => eq(columns[name] as SQLiteColumn, value));
  return and(scope, include_deleted ? undefined : isNull(table.deleted_at), ...equalities);
}
