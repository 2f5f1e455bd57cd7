import { and, eq, inArray, ne, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { JobRow } from "./define.ts";
import { fence, jobs, LIVE_STATUSES } from "./tables.ts";

/** Jobs of a domain that somebody has started. */
export function listJobsOf(db: Database, created_by: string, domain: JobRow["domain"], limit: number) {
  return db
    .select({ id: jobs.id, fence_subject: jobs.fence_subject, completed_at: jobs.completed_at })
    .from(jobs)
    .where(and(eq(jobs.created_by, created_by), eq(jobs.domain, domain)))
    .limit(limit);
}

/** As above, of all other domains. */
export function listJobsOfOthers(db: Database, created_by: string, domain: JobRow["domain"], limit: number) {
  return db
    .select({ id: jobs.id, completed_at: jobs.completed_at })
    .from(jobs)
    .where(and(eq(jobs.created_by, created_by), ne(jobs.domain, domain)))
    .limit(limit);
}

const listed = (values: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`;

/** For one batch: jobs with their fences. */
export function deleteJobs(db: Database, rows: { id: string; fence_subject: string }[]) {
  const subjects = rows.map(({ fence_subject }) => fence_subject);
  return [
    db.delete(fence).where(sql`${fence.subject} IN ${listed(subjects)}`),
    db.delete(jobs).where(sql`${jobs.id} IN ${listed(rows.map(({ id }) => id))}`),
  ] as const;
}

const isLive = inArray(jobs.status, LIVE_STATUSES);

/** For one batch: takes live jobs from whoever works on them, until a time (ms) that no attempt takes them before. */
export function seizeJobs(db: Database, ids: readonly string[], until: number) {
  const mine = sql`${jobs.id} IN ${listed(ids)}`;
  const subjects = db.select({ subject: jobs.fence_subject }).from(jobs).where(and(mine, isLive));
  return [
    db
      .update(fence)
      .set({ epoch: sql`${fence.epoch} + 1` })
      .where(inArray(fence.subject, subjects)),
    db
      .update(jobs)
      .set({ epoch: sql`${jobs.epoch} + 1`, lease_expires_at: until })
      .where(and(mine, isLive)),
  ] as const;
}

/** For one batch: makes jobs nobody's; those that were seized go on from their last commit. */
export function disownJobs(db: Database, ids: readonly string[]) {
  const mine = sql`${jobs.id} IN ${listed(ids)}`;
  return [
    db.update(jobs).set({ lease_expires_at: null, sent_at: 0 }).where(and(mine, isLive)),
    db.update(jobs).set({ created_by: null }).where(mine),
  ] as const;
}
