import { and, eq, inArray, isNull, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { ROWS_A_TURN } from "../retention/purge.ts";
import { hasSlot } from "./slots.store.ts";
import { fence, jobs, LIVE_STATUSES, type QueueName } from "./tables.ts";

export type JobInsert = typeof jobs.$inferInsert;

const live = inArray(jobs.status, LIVE_STATUSES);

/** Delayed messages may arrive a little before their time. */
const EARLY_MS = 1000;

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

/** Live jobs whose subject starts with a prefix, such as all of a resource that is being deleted. */
export function listLiveJobsBySubject(db: Database, prefix: string) {
  // LIKE takes no pattern above 50 bytes in D1, and knows no upper and lower case.
  return db
    .select()
    .from(jobs)
    .where(and(live, sql`substr(${jobs.subject}, 1, ${prefix.length}) = ${prefix}`));
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

/**
 * For one batch: the fences of jobs that ended before a time, as many as one turn may delete, then the jobs. Fences of
 * subjects stay, for their epoch must never go back. Jobs for which `needed` holds stay, too.
 */
export function purgeEndedJobs(db: Database, ended_before: number, needed: readonly { type: string; needed: SQL }[]) {
  const ended = and(
    inArray(jobs.status, ["completed", "failed", "cancelled"]),
    // No job ends before it begins, and ids sort by the beginning: only the oldest are looked at.
    lt(jobs.id, `job_${String(Math.max(0, ended_before)).padStart(13, "0")}`),
    lt(jobs.completed_at, ended_before),
    ...needed.map((kept) => sql`NOT (${jobs.type} = ${kept.type} AND ${kept.needed})`),
  );
  const chosen = db.select({ id: jobs.id }).from(jobs).where(ended).orderBy(jobs.id).limit(ROWS_A_TURN);
  return [
    db.delete(fence).where(inArray(fence.subject, chosen)),
    db.delete(jobs).where(inArray(jobs.id, chosen)).returning({ id: jobs.id }),
  ] as const;
}

/** Where a job's next message goes. */
export type JobAddress = { id: string; queue: QueueName };
