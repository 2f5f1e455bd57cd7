import type { z } from "@hono/zod-openapi";
import type { Context } from "../../context.ts";
import { conflict, unavailable } from "../../errors.ts";
import { principalId } from "../auth/principal.ts";
import { describeError } from "../http/log.ts";
import { announceJob, recordTransition } from "./announce.ts";
import type { JobDefinition, JobRow, Statement } from "./define.ts";
import { timedId } from "./identifiers.ts";
import { findLiveJob, insertJob, type JobAddress } from "./job.store.ts";

interface StartOptions {
  /** Only one live job may have it; absent where jobs of this type do not exclude each other. */
  subject?: string;
  /** Progress to show before the first slice. */
  progress?: Record<string, unknown>;
  /** Statements that commit together with the new row; when one raises, no job is started. */
  before?: Statement[];
}

const ID_ATTEMPTS = 5;

/**
 * Records a job and sends its message. When a live job has the subject, that one is returned and
 * `created` is false.
 */
export async function startOrJoinJob<Schema extends z.ZodType, Cursor>(
  ctx: Context,
  definition: JobDefinition<Schema, Cursor>,
  params: z.input<Schema> & Record<string, unknown>,
  options: StartOptions = {},
): Promise<{ job: JobRow; created: boolean }> {
  for (let attempt = 0; attempt < ID_ATTEMPTS; attempt++) {
    const now = ctx.now();
    const id = timedId("job", now, ctx.random);
    const insert = insertJob(ctx.db, {
      id,
      flow_run_id: crypto.randomUUID(),
      type: definition.type,
      version: definition.version,
      domain: definition.domain,
      queue: definition.queue,
      status: "pending",
      subject: options.subject ?? null,
      fence_subject: options.subject ?? id,
      params,
      progress: options.progress ?? {},
      errors: [],
      sent_at: now,
      created_at: now,
      created_by: principalId(ctx.principal),
    });
    const [job] = await insertTogether(ctx, attempt === 0 ? (options.before ?? []) : [], insert);
    if (job) {
      recordTransition(ctx, job);
      await announceJob(ctx, job);
      await sendJob(ctx, job);
      return { job, created: true };
    }
    const live = options.subject ? await findLiveJob(ctx.db, options.subject) : undefined;
    if (live) return { job: live, created: false };
  }
  throw unavailable("No free job id could be found", { retry_after: 1 });
}

/** The statements before are committed even when the insert finds its id or subject taken, so they run only once. */
async function insertTogether(
  ctx: Context,
  before: Statement[],
  insert: ReturnType<typeof insertJob>,
): Promise<JobRow[]> {
  const [first, ...rest] = before;
  if (!first) return insert;
  const results = await ctx.db.batch([first, ...rest, insert]);
  return results.at(-1) as JobRow[];
}

/** As above, but a live job with the same subject is a conflict. */
export async function startJob<Schema extends z.ZodType, Cursor>(
  ctx: Context,
  definition: JobDefinition<Schema, Cursor>,
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
