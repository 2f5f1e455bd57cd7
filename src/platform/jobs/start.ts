import type { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { conflict, unavailable } from "../../errors.ts";
import { principalId } from "../auth/principal.ts";
import { describeError } from "../http/log.ts";
import { withinJobQuota } from "../quotas/job-quota.ts";
import { quotaRefusal } from "../quotas/quotas.ts";
import { announceJob, recordTransition } from "./announce.ts";
import type { JobKind, JobRow, Statement } from "./define.ts";
import { timedId } from "./identifiers.ts";
import { findLiveJob, insertJob, type JobAddress, type JobInsert } from "./job.store.ts";

interface StartOptions {
  /** Only one live job may have it; absent where jobs of this type do not exclude each other. */
  subject?: string;
  /** Principal whose job it is; the caller when absent. */
  created_by?: string;
  /** Progress to show before the first slice. */
  progress?: Record<string, unknown>;
  /** Statements that commit together with the new row; when one raises, no job is started. */
  before?: Statement[];
  /** Nobody waits for it: it is held to the quotas though the platform starts it, for it can be started later. */
  can_wait?: boolean;
  /** The caller runs the first slice itself; should it not come to that, the sweeper sends the message. */
  unsent?: boolean;
}

const ID_ATTEMPTS = 5;

/**
 * Records a job and sends its message. When a live job has the subject, that one is returned and
 * `created` is false. Throws 429 naming the limit when there are as many live jobs as may be.
 */
export async function startOrJoinJob<Schema extends z.ZodType>(
  ctx: Context,
  definition: JobKind<Schema>,
  params: z.input<Schema> & Record<string, unknown>,
  options: StartOptions = {},
): Promise<{ job: JobRow; created: boolean }> {
  for (let attempt = 0; attempt < ID_ATTEMPTS; attempt++) {
    const row = newJob(ctx, definition, params, options);
    const before = attempt === 0 ? (options.before ?? []) : [];
    const [job] = await insertTogether(ctx, [...before, guardJobs(ctx, row, options)], insertJob(ctx.db, row));
    if (job) {
      recordTransition(ctx, job);
      await announceJob(ctx, job);
      if (!options.unsent) await sendJob(ctx, job);
      return { job, created: true };
    }
    const live = options.subject ? await findLiveJob(ctx.db, options.subject) : undefined;
    if (live) return { job: live, created: false };
  }
  throw unavailable("No free job id could be found", { retry_after: 1 });
}

/** The row of a job that has not started. */
export function newJob<Schema extends z.ZodType>(
  ctx: Context,
  definition: JobKind<Schema>,
  params: z.input<Schema> & Record<string, unknown>,
  { subject, progress = {}, created_by }: StartOptions,
  now = ctx.now(),
): JobInsert {
  const id = timedId("job", now, ctx.random);
  const { slots } = definition;
  return {
    id,
    flow_run_id: crypto.randomUUID(),
    type: definition.type,
    version: definition.version,
    domain: definition.domain,
    queue: definition.queue,
    status: "pending",
    subject: subject ?? null,
    lane: slots ? slots.lane(definition.params.parse(params)) : null,
    lane_limit: slots?.each_lane ?? null,
    type_limit: slots?.all_lanes ?? null,
    fence_subject: subject ?? id,
    params,
    progress,
    errors: [],
    sent_at: now,
    created_at: now,
    created_by: created_by ?? principalId(ctx.principal),
  };
}

/** The statements before are committed even when the insert finds its id or subject taken, so they run only once. */
async function insertTogether(
  ctx: Context,
  before: [...Statement[], Statement],
  insert: ReturnType<typeof insertJob>,
): Promise<JobRow[]> {
  const [first, ...rest] = before;
  const results = await ctx.db.batch([first, ...rest, insert]).catch((error: unknown) => {
    throw quotaRefusal(ctx, error);
  });
  return results.at(-1) as JobRow[];
}

/** In the batch that makes a job live, before it, so that requests side by side do not pass together. */
export function guardJobs(
  ctx: Context,
  { subject = null, created_by = null }: Pick<JobInsert, "subject" | "created_by">,
  { can_wait = false }: StartOptions = {},
) {
  const within = withinJobQuota(ctx, { subjects: [subject], created_by, can_wait });
  return ctx.db.select({ within }).from(sql`(SELECT 1)`);
}

/** As above, but a live job with the same subject is a conflict. */
export async function startJob<Schema extends z.ZodType>(
  ctx: Context,
  definition: JobKind<Schema>,
  params: z.input<Schema> & Record<string, unknown>,
  options: StartOptions = {},
): Promise<JobRow> {
  const { job, created } = await startOrJoinJob(ctx, definition, params, options);
  if (!created) throw conflict(`Already in progress: ${job.id}`);
  return job;
}

/** Sends a job's message; a queue that refuses it is logged, for the sweeper sends it again. */
export async function sendJob(ctx: Context, job: JobAddress, delay_seconds = 0): Promise<void> {
  try {
    await ctx.queues.send(job.queue, { job_id: job.id }, { delay_seconds });
  } catch (error) {
    ctx.log.warning("job_send_failed", { job_id: job.id, error: describeError(error).error });
  }
}
