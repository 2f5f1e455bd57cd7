import { and, asc, eq, inArray, like, sql } from "drizzle-orm";
import type { Database } from "../../../context.ts";
import { loads, streamCursors, warehouseTables } from "../warehouse.tables.ts";

export type TableRow = typeof warehouseTables.$inferSelect;
export type LoadRow = typeof loads.$inferSelect;
type CursorRow = typeof streamCursors.$inferSelect;

/** What people read in a schema. */
export function listSchema(db: Database, schema: string) {
  return db.select().from(warehouseTables).where(eq(warehouseTables.schema, schema)).orderBy(asc(warehouseTables.name));
}

/** Tables whose schema begins with `prefix`, by schema and name. */
export function listByPrefix(db: Database, prefix: string) {
  const pattern = `${prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return db
    .select()
    .from(warehouseTables)
    .where(sql`${like(warehouseTables.schema, pattern)} ESCAPE '\\'`)
    .orderBy(asc(warehouseTables.schema), asc(warehouseTables.name));
}

export function listByOwner(db: Database, owner: string) {
  return db.select().from(warehouseTables).where(eq(warehouseTables.owner, owner));
}

/** Records what a table looks like; a table that is known keeps its count of rows. */
export function upsertTable(db: Database, row: Omit<TableRow, "row_count">) {
  const { schema: _schema, name: _name, ...change } = row;
  return db
    .insert(warehouseTables)
    .values({ ...row, row_count: 0 })
    .onConflictDoUpdate({ target: [warehouseTables.schema, warehouseTables.name], set: change });
}

/** Adds to the count of rows, or takes away; `difference` is a number or counts in SQL. */
export function changeRowCount(db: Database, schema: string, name: string, difference: ReturnType<typeof sql>) {
  return db
    .update(warehouseTables)
    .set({ row_count: sql`${warehouseTables.row_count} + ${difference}` })
    .where(and(eq(warehouseTables.schema, schema), eq(warehouseTables.name, name)));
}

/** Counts the rows of a stored table afresh. */
export function countRows(db: Database, schema: string, name: string, stored: string) {
  return db
    .update(warehouseTables)
    .set({ row_count: sql`(SELECT count(*) FROM ${sql.identifier(stored)})` })
    .where(and(eq(warehouseTables.schema, schema), eq(warehouseTables.name, name)));
}

export function deleteTables(db: Database, owner: string) {
  return db.delete(warehouseTables).where(eq(warehouseTables.owner, owner));
}

export function findLoad(db: Database, schema: string, name: string) {
  return db
    .select()
    .from(loads)
    .where(and(eq(loads.schema, schema), eq(loads.name, name)));
}

export function listLoads(db: Database, owner: string) {
  return db.select().from(loads).where(eq(loads.owner, owner));
}

export function upsertLoad(db: Database, row: LoadRow) {
  return db
    .insert(loads)
    .values(row)
    .onConflictDoUpdate({ target: [loads.schema, loads.name], set: row });
}

export function deleteLoads(db: Database, owner: string) {
  return db.delete(loads).where(eq(loads.owner, owner));
}

/** Where each stream of a source goes on. */
export function listCursors(db: Database, source: string) {
  return db.select().from(streamCursors).where(eq(streamCursors.source, source));
}

/** Moves a stream's cursor; commits with the rows that it speaks of. */
export function advanceCursor(db: Database, row: CursorRow) {
  return db
    .insert(streamCursors)
    .values(row)
    .onConflictDoUpdate({ target: [streamCursors.source, streamCursors.stream], set: row });
}

/** Forgets where streams were, so that the next load reads all of them. */
export function deleteCursors(db: Database, source: string, streams: readonly string[]) {
  return db
    .delete(streamCursors)
    .where(and(eq(streamCursors.source, source), inArray(streamCursors.stream, [...streams])));
}
