import { asc, desc, eq, getTableColumns, inArray, like, not, sql } from "drizzle-orm";
import type { Database } from "../../../context.ts";
import { jobs, LIVE_STATUSES } from "../../../platform/jobs/tables.ts";
import { dbtResults, dbtRuns } from "../tables.ts";

export type RunRow = typeof dbtRuns.$inferSelect;
export type ResultRow = typeof dbtResults.$inferSelect;

/** What was only compiled has a row of its own: that says nothing of how the node was built. */
const COMPILED = "compile:";
const isCompiled = like(dbtResults.unique_id, `${COMPILED}%`);
const unique_id = sql<string>`replace(${dbtResults.unique_id}, ${COMPILED}, '')`.as("node");

const { outcomes, ...listed } = getTableColumns(dbtRuns);
const result = getTableColumns(dbtResults);
const { compiled_code: _code, ...state } = result;
const { run_id: _run, position: _position, started_at: _start, completed_at: _end, ...outcome } = state;
/** Whether the run's job still works on it; joined, so that both are of the same moment. */
const is_live = sql<number>`coalesce(${inArray(jobs.status, LIVE_STATUSES)}, 0)`.as("is_live");

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
  return db
    .select({ ...listed, outcomes, is_live })
    .from(dbtRuns)
    .leftJoin(jobs, eq(jobs.id, dbtRuns.id))
    .where(eq(dbtRuns.id, id))
    .get();
}

/** The latest runs, newest first, without how their nodes ended. */
export function listRuns(db: Database, limit: number) {
  return db
    .select({ ...listed, is_live })
    .from(dbtRuns)
    .leftJoin(jobs, eq(jobs.id, dbtRuns.id))
    .orderBy(desc(dbtRuns.started_at), desc(dbtRuns.id))
    .limit(limit);
}

export function trimRuns(db: Database) {
  const kept = db.select({ id: dbtRuns.id }).from(dbtRuns).orderBy(desc(dbtRuns.started_at)).limit(RUNS_KEPT);
  return db.delete(dbtRuns).where(sql`${dbtRuns.id} NOT IN (${kept})`);
}

export function putResult(db: Database, row: ResultRow) {
  return db.insert(dbtResults).values(row).onConflictDoUpdate({ target: dbtResults.unique_id, set: row });
}

/** Records what a node was compiled to; how it was built stays as it is. */
export function putCompiled(db: Database, row: ResultRow) {
  const { unique_id: id, compiled_code } = row;
  const renewal = db.update(dbtResults).set({ compiled_code }).where(eq(dbtResults.unique_id, id));
  const entry = putResult(db, { ...row, unique_id: `${COMPILED}${id}` });
  return compiled_code === null ? [entry] : [entry, renewal];
}

/** SQL of every node as it was compiled without being built. */
export function listCompiled(db: Database) {
  return db.select({ unique_id, compiled_code: dbtResults.compiled_code }).from(dbtResults).where(isCompiled);
}

/** How every node ended the last time that it was built or tested. */
export function listResults(db: Database) {
  return db.select().from(dbtResults).where(not(isCompiled)).orderBy(asc(dbtResults.unique_id));
}

/** The same without SQL. */
export function listStates(db: Database) {
  return db.select(state).from(dbtResults).where(not(isCompiled)).orderBy(asc(dbtResults.unique_id));
}

/** How the nodes of a run ended, as the run keeps it. */
export function listOutcomes(db: Database, run_id: string) {
  return db
    .select({ ...outcome, unique_id })
    .from(dbtResults)
    .where(eq(dbtResults.run_id, run_id))
    .orderBy(asc(dbtResults.position));
}

/** How the nodes of a run ended, with their SQL, in the order in which they ran. */
export function listResultsOfRun(db: Database, run_id: string) {
  return db
    .select({ ...result, unique_id })
    .from(dbtResults)
    .where(eq(dbtResults.run_id, run_id))
    .orderBy(asc(dbtResults.position));
}

export function deleteResults(db: Database, unique_ids: readonly string[]) {
  const all = unique_ids.flatMap((id) => [id, `${COMPILED}${id}`]);
  return db.delete(dbtResults).where(inArray(dbtResults.unique_id, all));
}
