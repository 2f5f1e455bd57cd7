import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { JobAddress, JobInsert } from "./job.store.ts";
import { jobs, LIVE_STATUSES } from "./tables.ts";

/** What `insertJobs` writes of a row; the JSON columns hold their text. */
const JOB_INSERT_COLUMNS = [
  ...[
    "id",
    "flow_run_id",
    "type",
    "version",
    "domain",
    "queue",
    "status",
    "subject",
    "lane",
    "lane_limit",
    "type_limit",
  ],
  ...["fence_subject", "params", "progress", "errors", "sent_at", "created_at", "created_by"],
] as const;

/** A pending job of a lane waits while its lane, or its type, has all of its slots taken by running jobs. */
export const hasSlot = sql`(jobs.lane IS NULL OR jobs.status = 'running' OR (
  (SELECT count(*) FROM jobs AS other WHERE other.status = 'running' AND other.lane = jobs.lane AND other.type = jobs.type) < jobs.lane_limit
  AND (SELECT count(*) FROM jobs AS other WHERE other.status = 'running' AND other.lane IS NOT NULL AND other.type = jobs.type) < jobs.type_limit))`;

/** Says in the progress of a pending job of a type why it does not run; nothing changes when it says so already. */
export function noteWaiting(db: Database, id: string, type: string, message: string) {
  return db
    .update(jobs)
    .set({ progress: sql`json_set(${jobs.progress}, '$.message', ${message})` })
    .where(
      and(
        eq(jobs.id, id),
        eq(jobs.type, type),
        eq(jobs.status, "pending"),
        sql`json_extract(${jobs.progress}, '$.message') IS NOT ${message}`,
      ),
    )
    .returning();
}

/** Inserts the rows whose id is not taken and whose subject no live job has; returns what was inserted. `allowed` is 1, or raises. */
export function insertJobs(db: Database, rows: JobInsert[], allowed: SQL) {
  const value = (name: string) => sql`json_extract(value, ${sql.raw(`'$.${name}'`)})`;
  const names = JOB_INSERT_COLUMNS.map((name) => sql.identifier(name));
  return db.all<{ id: string; subject: string | null }>(sql`
    INSERT INTO jobs (${sql.join(names, sql`, `)})
    SELECT ${sql.join(JOB_INSERT_COLUMNS.map(value), sql`, `)} FROM json_each(${JSON.stringify(rows)}) WHERE (SELECT ${allowed})
    ON CONFLICT DO NOTHING RETURNING id, subject`);
}

/** Live jobs that have one of these subjects. */
export function findLiveJobsOf(db: Database, subjects: readonly string[]) {
  return db
    .select()
    .from(jobs)
    .where(
      and(
        inArray(jobs.status, LIVE_STATUSES),
        sql`${jobs.subject} IN (SELECT value FROM json_each(${JSON.stringify(subjects)}))`,
      ),
    );
}

/**
 * Pending jobs of a type that the free slots are for: of each lane its oldest, lanes with fewer running jobs first, so
 * that no lane keeps another waiting.
 */
export function listNextInLanes(db: Database, type: string) {
  return db.all<JobAddress>(sql`
    WITH running AS (SELECT lane, count(*) AS taken FROM jobs WHERE status = 'running' AND type = ${type} AND lane IS NOT NULL GROUP BY lane),
    waiting AS (
      SELECT id, queue, type_limit, lane_limit, coalesce(taken, 0) + row_number() OVER (PARTITION BY jobs.lane ORDER BY id) AS place
      FROM jobs LEFT JOIN running ON running.lane = jobs.lane
      WHERE status = 'pending' AND type = ${type} AND jobs.lane IS NOT NULL)
    SELECT id, queue FROM waiting WHERE place <= lane_limit ORDER BY place, id
    LIMIT max(0, coalesce((SELECT max(type_limit) FROM waiting), 0) - coalesce((SELECT sum(taken) FROM running), 0))`);
}
