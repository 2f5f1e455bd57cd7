import { and, asc, desc, eq, inArray, lte, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs } from "../../platform/jobs/tables.ts";
import { raiseQuota } from "../../platform/quotas/quotas.ts";
import { sources, syncHistory } from "./tables.ts";
import { streamCursors, warehouseTables } from "./warehouse.tables.ts";

export type SourceRow = typeof sources.$inferSelect;
export type HistoryRow = typeof syncHistory.$inferSelect;

/** Entries that are kept of each source. */
const HISTORY_KEPT = 100;

export function listSourceRows(db: Database) {
  return db.select().from(sources).orderBy(asc(sources.name));
}

export function findSource(db: Database, name: string) {
  return db.select().from(sources).where(eq(sources.name, name)).get();
}

/** Enabled sources whose sync is due. */
export function listDueSources(db: Database, now: number) {
  return db
    .select({ name: sources.name })
    .from(sources)
    .where(and(eq(sources.enabled, true), lte(sources.sync_due_at, now)));
}

/** No row when the name is taken. */
export function insertSource(db: Database, row: SourceRow) {
  return db.insert(sources).values(row).onConflictDoNothing().returning();
}

interface SourceLimits {
  all: number;
  /** Null for whom only the limit for all holds. */
  own: { created_by: string; limit: number } | null;
}

/** For the batch of `insertSource`, after it: raises when there are more sources than may be. */
export function guardSources(db: Database, { all, own }: SourceLimits) {
  const total = sql`(SELECT count(*) FROM ${sources})`;
  const theirs = own
    ? sql`WHEN (SELECT count(*) FROM ${sources} WHERE ${sources.created_by} = ${own.created_by}) > ${own.limit} THEN ${raiseQuota("USER_SOURCE_LIMIT")}`
    : sql``;
  const within = sql`CASE WHEN ${total} > ${all} THEN ${raiseQuota("SOURCE_LIMIT")} ${theirs} ELSE 1 END`;
  return db.select({ within }).from(sql`(SELECT 1)`);
}

export function updateSource(db: Database, name: string, change: Partial<SourceRow>) {
  return db.update(sources).set(change).where(eq(sources.name, name)).returning();
}

export function deleteSourceRow(db: Database, name: string) {
  return db.delete(sources).where(eq(sources.name, name));
}

/** The newest entry of every source. */
export function listLastSyncs(db: Database) {
  const last = db
    .select({ id: sql<number>`MAX(${syncHistory.id})` })
    .from(syncHistory)
    .groupBy(syncHistory.source);
  return db.select().from(syncHistory).where(inArray(syncHistory.id, last));
}

/** The latest syncs of a source, newest first. */
export function listHistory(db: Database, source: string, limit: number) {
  return db.select().from(syncHistory).where(eq(syncHistory.source, source)).orderBy(desc(syncHistory.id)).limit(limit);
}

export function insertHistory(db: Database, row: Omit<HistoryRow, "id">) {
  return db.insert(syncHistory).values(row);
}

/** Forgets all but the latest entries of a source. */
export function trimHistory(db: Database, source: string) {
  const kept = db
    .select({ id: syncHistory.id })
    .from(syncHistory)
    .where(eq(syncHistory.source, source))
    .orderBy(desc(syncHistory.id))
    .limit(HISTORY_KEPT);
  return db.delete(syncHistory).where(and(eq(syncHistory.source, source), sql`${syncHistory.id} NOT IN (${kept})`));
}

export function deleteHistory(db: Database, source: string) {
  return db.delete(syncHistory).where(eq(syncHistory.source, source));
}

/** Subjects of the syncs that are under way. */
export function listLiveSyncs(db: Database) {
  return db
    .select({ subject: jobs.subject })
    .from(jobs)
    .where(and(eq(jobs.type, "sync"), inArray(jobs.status, ["pending", "running"])));
}

/** The tables of all sources, or of one, in the warehouse. */
export function listTablesOf(warehouse: Database, owner?: string) {
  return warehouse
    .select()
    .from(warehouseTables)
    .where(owner ? eq(warehouseTables.owner, owner) : sql`${warehouseTables.owner} LIKE 'source:%'`)
    .orderBy(asc(warehouseTables.schema), asc(warehouseTables.name));
}

/** Forgets where the streams of a source were, so that the next sync reads all of them. */
export function deleteStreamCursors(warehouse: Database, source: string) {
  return warehouse.delete(streamCursors).where(eq(streamCursors.source, source));
}

/** Makes sources that somebody has added nobody's. */
export function disownSources(db: Database, created_by: string) {
  return db.update(sources).set({ created_by: null }).where(eq(sources.created_by, created_by));
}
