import { and, desc, eq, gte, inArray, isNull, like, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { DomainName } from "../../config.ts";
import { fence, jobs, type JobStatus, type QueueName } from "./tables.ts";

export type JobInsert = typeof jobs.$inferInsert;

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

const LIVE: JobStatus[] = ["pending", "running"];
const live = inArray(jobs.status, LIVE);

/** Delayed messages may arrive a little before their time. */
const EARLY_MS = 1000;

/** A pending job of a lane waits while its lane, or its type, has all of its slots taken by running jobs. */
const hasSlot = sql`(jobs.lane IS NULL OR jobs.status = 'running' OR (
  (SELECT count(*) FROM jobs AS other WHERE other.status = 'running' AND other.lane = jobs.lane AND other.type = jobs.type) < jobs.lane_limit
  AND (SELECT count(*) FROM jobs AS other WHERE other.status = 'running' AND other.lane IS NOT NULL AND other.type = jobs.type) < jobs.type_limit))`;

const claimable = (id: string, now: number) =>
  and(
    eq(jobs.id, id),
    live,
    hasSlot,
    or(isNull(jobs.lease_expires_at), lte(jobs.lease_expires_at, now)),
    or(isNull(jobs.next_attempt_at), lte(jobs.next_attempt_at, now + EARLY_MS)),
  );

/** Inserts nothing, and returns no row, when the id is taken or a live job has the subject. */
export function insertJob(db: Database, row: JobInsert) {
  return db.insert(jobs).values(row).onConflictDoNothing().returning();
}

export function findJob(db: Database, idOrFlowRunId: string) {
  return db
    .select()
    .from(jobs)
    .where(or(eq(jobs.id, idOrFlowRunId), eq(jobs.flow_run_id, idOrFlowRunId)))
    .get();
}

export function findLiveJob(db: Database, subject: string) {
  return db
    .select()
    .from(jobs)
    .where(and(eq(jobs.subject, subject), live))
    .get();
}

/** Raises the fence of a claimable job; runs in one batch right before `claimJob`. */
export function raiseFenceForClaim(db: Database, id: string, now: number) {
  return db
    .insert(fence)
    .select(
      db
        .select({ subject: jobs.fence_subject, epoch: sql<number>`1`.as("epoch") })
        .from(jobs)
        .where(claimable(id, now)),
    )
    .onConflictDoUpdate({ target: fence.subject, set: { epoch: sql`${fence.epoch} + 1` } });
}

/** Takes a claimable job for one attempt; returns no row when there is nothing to claim. */
export function claimJob(db: Database, id: string, now: number, lease_expires_at: number) {
  return db
    .update(jobs)
    .set({
      status: "running",
      epoch: sql`(SELECT ${fence.epoch} FROM ${fence} WHERE ${fence.subject} = ${jobs.fence_subject})`,
      lease_taken_at: now,
      lease_expires_at,
      attempts: sql`${jobs.attempts} + 1`,
      resends: 0,
      next_attempt_at: null,
      started_at: sql`coalesce(${jobs.started_at}, ${now})`,
    })
    .where(claimable(id, now))
    .returning();
}

/** Raises an error inside SQLite, and so rolls its batch back, unless the fence still holds the epoch. */
export function guardFence(db: Database, table: "fence" | "_catchment_fence", subject: string, epoch: number) {
  const name = sql.identifier(table);
  const held = sql<number>`CASE WHEN (SELECT epoch FROM ${name} WHERE subject = ${subject}) = ${epoch} THEN 1 ELSE json('fenced') END`;
  // A raw statement with parameters cannot join a drizzle batch; a select without a table can.
  return db.select({ held }).from(sql`(SELECT 1)`);
}

export function raiseWarehouseFence(warehouse: Database, subject: string, epoch: number) {
  return warehouse.run(sql`
    INSERT INTO _catchment_fence (subject, epoch) VALUES (${subject}, ${epoch})
    ON CONFLICT (subject) DO UPDATE SET epoch = excluded.epoch WHERE excluded.epoch > _catchment_fence.epoch`);
}

/** Raises the fence of a live job so that no attempt of it can commit any more. */
export function raiseFenceOfLiveJob(db: Database, id: string) {
  const subject = db
    .select({ subject: jobs.fence_subject })
    .from(jobs)
    .where(and(eq(jobs.id, id), live));
  return db
    .update(fence)
    .set({ epoch: sql`${fence.epoch} + 1` })
    .where(inArray(fence.subject, subject))
    .returning();
}

/** Changes a job only while the attempt of this epoch holds it. */
export function updateHeldJob(db: Database, id: string, epoch: number, change: Partial<JobInsert>) {
  return db
    .update(jobs)
    .set(change)
    .where(and(eq(jobs.id, id), eq(jobs.epoch, epoch), eq(jobs.status, "running")))
    .returning();
}

/** Ends a job that is still live, whoever holds it. */
export function endLiveJob(db: Database, id: string, change: Partial<JobInsert>) {
  return db
    .update(jobs)
    .set({ ...change, lease_expires_at: null, next_attempt_at: null })
    .where(and(eq(jobs.id, id), live))
    .returning();
}

/** Makes an ended job pending again; the unique index refuses it while another live job has its subject. */
export function reviveJob(db: Database, id: string, now: number) {
  return db
    .update(jobs)
    .set({ status: "pending", failures: 0, errors: [], completed_at: null, next_attempt_at: null, sent_at: now })
    .where(and(eq(jobs.id, id), inArray(jobs.status, ["failed", "cancelled"])))
    .returning();
}

/** Whose jobs a list shows: those of these domains, and those this principal started. */
export interface JobAudience {
  domains: (DomainName | "platform")[];
  principal: string | null;
}

export interface JobFilter {
  audience: JobAudience;
  type?: string;
  status?: JobStatus;
  domain?: DomainName | "platform";
  /** Id of the last job of the page before. */
  after?: string;
}

function matching({ audience, type, status, domain }: JobFilter): SQL | undefined {
  const seen: SQL[] = [];
  if (audience.domains.length > 0) seen.push(inArray(jobs.domain, audience.domains));
  if (audience.principal) seen.push(eq(jobs.created_by, audience.principal));
  return and(
    seen.length > 0 ? or(...seen) : sql`0`,
    type ? eq(jobs.type, type) : undefined,
    status ? eq(jobs.status, status) : undefined,
    domain ? eq(jobs.domain, domain) : undefined,
  );
}

/** Newest first. */
export function listJobs(db: Database, filter: JobFilter, limit: number) {
  const page = filter.after ? lt(jobs.id, filter.after) : undefined;
  return db
    .select()
    .from(jobs)
    .where(and(matching(filter), page))
    .orderBy(desc(jobs.id))
    .limit(limit);
}

export function countJobs(db: Database, filter: JobFilter) {
  return db
    .select({ total: sql<number>`count(*)` })
    .from(jobs)
    .where(matching(filter));
}

/** Jobs of a type that are live, or ended since `since` (ms); newest first. */
export function listRecentJobs(db: Database, type: string, since: number, limit: number) {
  return db
    .select()
    .from(jobs)
    .where(and(eq(jobs.type, type), or(live, gte(jobs.completed_at, since))))
    .orderBy(desc(jobs.id))
    .limit(limit);
}

/** Live jobs whose subject starts with a prefix, such as all of a resource that is being deleted. */
export function listLiveJobsBySubject(db: Database, prefix: string) {
  const pattern = `${prefix.replaceAll(/[\\%_]/g, "\\$&")}%`;
  return db
    .select()
    .from(jobs)
    .where(and(live, or(eq(jobs.subject, prefix), sql`${like(jobs.subject, pattern)} ESCAPE '\\'`)));
}

/** Leases taken before `startedAt` belong to a server process that is gone. */
export function dropLeasesBefore(db: Database, startedAt: number) {
  return db
    .update(jobs)
    .set({ lease_expires_at: null, sent_at: 0 })
    .where(
      and(eq(jobs.status, "running"), lt(jobs.lease_taken_at, startedAt), sql`${jobs.lease_expires_at} IS NOT NULL`),
    );
}

/**
 * Marks jobs whose message seems lost as sent now, and returns them: not held, due, and the last message
 * older than `patience_ms`, which doubles with every resend so that a long queue is not flooded.
 */
export function takeLostJobs(db: Database, now: number, patience_ms: number, limit: number) {
  const due = and(
    live,
    hasSlot,
    or(isNull(jobs.lease_expires_at), lte(jobs.lease_expires_at, now)),
    sql`max(${jobs.sent_at}, coalesce(${jobs.next_attempt_at}, 0)) + (${patience_ms} << min(${jobs.resends}, 6)) <= ${now}`,
  );
  const lost = db.select({ id: jobs.id }).from(jobs).where(due).orderBy(jobs.id).limit(limit);
  return db
    .update(jobs)
    .set({ sent_at: now, resends: sql`${jobs.resends} + 1` })
    .where(inArray(jobs.id, lost))
    .returning({ id: jobs.id, queue: jobs.queue });
}

export function purgeJobsBefore(db: Database, completedBefore: number) {
  const ended = and(inArray(jobs.status, ["completed", "failed", "cancelled"]), lt(jobs.completed_at, completedBefore));
  return db.delete(jobs).where(ended).returning({ id: jobs.id });
}

/** Fences of single jobs that are no more; those of subjects stay, for their epoch must never go back. */
export function purgeFences(db: Database) {
  return db.run(
    sql`DELETE FROM fence WHERE subject LIKE 'job\\_%' ESCAPE '\\' AND subject NOT IN (SELECT id FROM jobs)`,
  );
}

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

/** Inserts the rows whose id is not taken and whose subject no live job has; returns what was inserted. */
export function insertJobs(db: Database, rows: JobInsert[]) {
  const value = (name: string) => sql`json_extract(value, ${sql.raw(`'$.${name}'`)})`;
  const names = JOB_INSERT_COLUMNS.map((name) => sql.identifier(name));
  return db.all<{ id: string; subject: string | null }>(sql`
    INSERT INTO jobs (${sql.join(names, sql`, `)})
    SELECT ${sql.join(JOB_INSERT_COLUMNS.map(value), sql`, `)} FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT DO NOTHING RETURNING id, subject`);
}

/** Live jobs that have one of these subjects. */
export function findLiveJobsOf(db: Database, subjects: readonly string[]) {
  return db
    .select()
    .from(jobs)
    .where(and(live, sql`${jobs.subject} IN (SELECT value FROM json_each(${JSON.stringify(subjects)}))`));
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

/** Where a job's next message goes. */
export type JobAddress = { id: string; queue: QueueName };
