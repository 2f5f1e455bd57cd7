import type { z } from "@hono/zod-openapi";
import type { SQL } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { unavailable } from "../../errors.ts";
import { withinJobQuota } from "../quotas/job-quota.ts";
import { quotaRefusal } from "../quotas/quotas.ts";
import { announceJob, recordTransition } from "./announce.ts";
import type { JobDefinition, JobRow } from "./define.ts";
import type { JobInsert } from "./job.store.ts";
import { findLiveJobsOf, insertJobs, listNextInLanes } from "./slots.store.ts";
import { newJob, sendJob } from "./start.ts";

/** One of many jobs to be started. */
export interface JobRequest<Params> {
  params: Params;
  /** Only one live job may have it. */
  subject: string;
}

const ATTEMPTS = 5;
/** Rows in one statement: far below the 2 MB that a parameter of D1 may have. */
const ROWS_AT_ONCE = 500;

/**
 * Records many jobs of a type with slots in one statement and sends messages only for those that may run now; the others
 * get theirs when a slot is free. Answers a job for each request, in order: a new one, or the live one of its subject.
 * Throws 429 naming the limit when there would be more live jobs than may be.
 */
export async function startJobs<Schema extends z.ZodType, Cursor>(
  ctx: Context,
  definition: JobDefinition<Schema, Cursor>,
  requests: readonly JobRequest<z.input<Schema> & Record<string, unknown>>[],
): Promise<{ job: JobRow; created: boolean }[]> {
  const created = new Set<string>();
  const subjects = requests.map(({ subject }) => subject);
  const progress = { message: definition.slots?.waiting ?? "Queued" };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // A millisecond apart: ids of one millisecond differ by three digits of chance only.
    const rows = requests.map(({ params, subject }, index) =>
      newJob(ctx, definition, params, { subject, progress }, ctx.now() + index),
    );
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      // The later rows count with the first, so that a request is refused as a whole.
      const quota = { subjects: subjects.slice(start), created_by: rows[start]?.created_by ?? null };
      const inserted = await insertRows(ctx, rows.slice(start, start + ROWS_AT_ONCE), withinJobQuota(ctx, quota));
      for (const { id } of inserted) created.add(id);
    }
    const live = new Map((await findLiveJobsOf(ctx.db, subjects)).map((job) => [job.subject, job]));
    const found = requests.flatMap(({ subject }) => live.get(subject) ?? []);
    if (found.length < requests.length) continue;
    const sent = await fillSlots(ctx, definition.type);
    for (const job of found) {
      if (!created.has(job.id)) continue;
      recordTransition(ctx, job);
      // Those that wait are heard of once they run: a thousand announcements are more than one request may make.
      if (sent.includes(job.id)) await announceJob(ctx, job);
    }
    return found.map((job) => ({ job, created: created.has(job.id) }));
  }
  throw unavailable("No free job id could be found", { retry_after: 1 });
}

async function insertRows(ctx: Context, rows: JobInsert[], allowed: SQL) {
  try {
    return await insertJobs(ctx.db, rows, allowed);
  } catch (error) {
    throw quotaRefusal(ctx, error);
  }
}

/** Sends the messages of the waiting jobs that the free slots of a type are for; returns their ids. */
export async function fillSlots(ctx: Context, type: string): Promise<string[]> {
  const next = await listNextInLanes(ctx.db, type);
  for (const job of next) await sendJob(ctx, job);
  return next.map(({ id }) => id);
}
