import { asc, desc, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "../../../context.ts";
import { dbtResults, dbtRuns } from "../tables.ts";

export type RunRow = typeof dbtRuns.$inferSelect;
export type ResultRow = typeof dbtResults.$inferSelect;

/** Runs that are kept. */
const RUNS_KEPT = 200;

/** Records a run that begins; one that begins again, after a retry, forgets how it ended. */
export function insertRun(db: Database, row: RunRow) {
  return db.insert(dbtRuns).values(row).onConflictDoUpdate({ target: dbtRuns.id, set: row });
}

export function updateRun(db: Database, id: string, change: Partial<RunRow>) {
  return db.update(dbtRuns).set(change).where(eq(dbtRuns.id, id));
}

export function findRun(db: Database, id: string) {
  return db.select().from(dbtRuns).where(eq(dbtRuns.id, id)).get();
}

/** The latest runs, newest first. */
export function listRuns(db: Database, limit: number) {
  return db.select().from(dbtRuns).orderBy(desc(dbtRuns.started_at), desc(dbtRuns.id)).limit(limit);
}

export function trimRuns(db: Database) {
  const kept = db.select({ id: dbtRuns.id }).from(dbtRuns).orderBy(desc(dbtRuns.started_at)).limit(RUNS_KEPT);
  return db.delete(dbtRuns).where(sql`${dbtRuns.id} NOT IN (${kept})`);
}

export function putResult(db: Database, row: ResultRow) {
  return db.insert(dbtResults).values(row).onConflictDoUpdate({ target: dbtResults.unique_id, set: row });
}

/** How every node ended the last time. */
export function listResults(db: Database) {
  return db.select().from(dbtResults).orderBy(asc(dbtResults.unique_id));
}

/** How the nodes of a run ended, in the order in which they ran. */
export function listResultsOfRun(db: Database, run_id: string) {
  return db.select().from(dbtResults).where(eq(dbtResults.run_id, run_id)).orderBy(asc(dbtResults.position));
}

export function deleteResults(db: Database, unique_ids: readonly string[]) {
  return db.delete(dbtResults).where(inArray(dbtResults.unique_id, [...unique_ids]));
}
