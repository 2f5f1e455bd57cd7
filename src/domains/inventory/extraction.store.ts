import { and, count, desc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs, type JobStatus } from "../../platform/jobs/tables.ts";
import { shards } from "./tables.ts";

const JOBS_OF_THE_PACE = 5;

/** Stored states behind each documented one. */
const STATES: Record<"running" | "completed" | "failed", JobStatus[]> = {
  running: ["pending", "running"],
  completed: ["completed"],
  failed: ["failed", "cancelled"],
};

/** The newest extractions, and how many there are. */
export function listExtractions(
  db: Database,
  { limit, status }: { limit: number; status?: keyof typeof STATES | undefined },
) {
  const wanted = and(eq(jobs.type, "extraction"), status ? inArray(jobs.status, STATES[status]) : undefined);
  return db.batch([
    db.select().from(jobs).where(wanted).orderBy(desc(jobs.id)).limit(limit),
    db.select({ total: count() }).from(jobs).where(wanted),
  ]);
}

/** Mean time of a shard in the last extractions that completed; ms, null without any. */
export function findPace(db: Database) {
  const recent = db
    .select({ id: jobs.id, ms: sql<number>`${jobs.completed_at} - ${jobs.started_at}`.as("ms") })
    .from(jobs)
    .where(and(eq(jobs.type, "extraction"), eq(jobs.status, "completed"), isNotNull(jobs.started_at)))
    .orderBy(desc(jobs.id))
    .limit(JOBS_OF_THE_PACE)
    .as("recent");
  const planned = sql`(SELECT COUNT(*) FROM ${shards} WHERE ${shards.job_id} = ${recent.id})`;
  return db
    .select({ ms_a_shard: sql<number | null>`SUM(${recent.ms}) * 1.0 / NULLIF(SUM(${planned}), 0)` })
    .from(recent)
    .get();
}
