import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { describeError } from "../http/log.ts";
import { deliverRecorded } from "../webhooks/deliver.ts";
import { announceJob, recordTransition } from "./announce.ts";
import type { AnyJobDefinition, JobDefinitions, JobRow, SliceOutcome } from "./define.ts";
import { deleteFence, findFence, raiseWarehouseFence } from "./fence.store.ts";
import { recordJobEnd } from "./job-events.ts";
import { claimJob, endLiveJob, findJob, type JobInsert, raiseFenceForClaim, updateHeldJob } from "./job.store.ts";
import type { JobMessage } from "./queues.ts";
import { commitFenced, JobStopped, LEASE_MS, openRunningJob } from "./running-job.ts";
import { fillSlots } from "./slots.ts";
import { noteWaiting } from "./slots.store.ts";
import { sendJob } from "./start.ts";

/** Attempts in a row without a commit after which a job fails. */
const ATTEMPTS_WITHOUT_PROGRESS = 5;
const LONGEST_BACKOFF_SECONDS = 300;
const DEAD_LETTERS = "catchment-dead-letters";

type DeliveredMessage = Pick<Message<JobMessage>, "body" | "ack">;

/** The queue door: runs one slice of the job that the message names, or buries it when the queue gave it up. */
export async function consumeMessage(
  ctx: Context,
  definitions: JobDefinitions,
  queue: string,
  message: DeliveredMessage,
): Promise<void> {
  const { job_id } = message.body;
  if (queue === DEAD_LETTERS) await buryJob(ctx, job_id);
  else await runSlice(ctx, definitions, job_id);
  message.ack();
}

/** Claims the job and runs one slice; does nothing when it is not due, held by another, or ended. */
export async function runSlice(ctx: Context, definitions: JobDefinitions, id: string): Promise<void> {
  const row = await claim(ctx, id);
  if (!row) return showWaiting(ctx, definitions, id);
  recordTransition(ctx, row);
  await announceJob(ctx, row);
  const definition = definitions.get(row.type);
  if (!definition) return endJob(ctx, row, "failed", { errors: [`No code here runs jobs of type ${row.type}`] });
  const params = definition.params.safeParse(row.params);
  if (!params.success) return endJob(ctx, row, "failed", { errors: ["The job's parameters are not valid any more"] });
  const job = openRunningJob(ctx, definition, row, params.data);
  try {
    await raiseWarehouseFence(ctx.warehouse, row.fence_subject, row.epoch);
    await settle(ctx, definition, row, await definition.run(ctx, job));
  } catch (error) {
    await settleFailure(ctx, row, error);
  }
}

/** A job that could not be claimed says so where that is for want of a slot. */
async function showWaiting(ctx: Context, definitions: JobDefinitions, id: string): Promise<void> {
  for (const { type, slots } of definitions.values()) {
    if (!slots) continue;
    const [waiting] = await noteWaiting(ctx.db, id, type, slots.waiting);
    if (waiting) await announceJob(ctx, waiting);
  }
}

async function claim(ctx: Context, id: string): Promise<JobRow | undefined> {
  const now = ctx.now();
  const [, claimed] = await ctx.db.batch([
    raiseFenceForClaim(ctx.db, id, now),
    claimJob(ctx.db, id, now, now + LEASE_MS),
  ]);
  return claimed[0];
}

async function settle(ctx: Context, definition: AnyJobDefinition, row: JobRow, outcome: SliceOutcome): Promise<void> {
  if (outcome.outcome !== "resume") {
    const status = outcome.outcome === "done" ? "completed" : "failed";
    return endJob(ctx, row, status, { results: outcome.results, errors: outcome.errors });
  }
  await release(ctx, row, outcome.after_seconds, { cursor: outcome.cursor, version: definition.version });
}

/** Gives the job back to its queue. */
async function release(ctx: Context, row: JobRow, after_seconds: number, change: Partial<JobInsert>): Promise<void> {
  const now = ctx.now();
  const released = {
    ...change,
    progress: row.progress,
    lease_expires_at: null,
    sent_at: now,
    next_attempt_at: after_seconds > 0 ? now + after_seconds * 1000 : null,
  };
  await commitFenced(ctx, row, [updateHeldJob(ctx.db, row.id, row.epoch, released)]);
  await sendJob(ctx, row, after_seconds);
}

async function endJob(
  ctx: Context,
  row: JobRow,
  status: "completed" | "failed",
  outcome: { results?: Record<string, unknown>; errors: string[] },
): Promise<void> {
  const change: Partial<JobInsert> = {
    status,
    errors: outcome.errors,
    ...(outcome.results ? { results: outcome.results } : {}),
    progress: row.progress,
    completed_at: ctx.now(),
    lease_expires_at: null,
  };
  const ended = { ...row, ...change } as JobRow;
  const statements = [updateHeldJob(ctx.db, row.id, row.epoch, change), recordJobEnd(ctx, ended)];
  const [, , recorded] = await commitFenced(ctx, row, statements);
  // Safe, for the last of the statements is `recordJobEnd`, whose rows are these.
  deliverRecorded(ctx, recorded as { heard: number }[]);
  recordTransition(ctx, ended, outcome.errors[0]);
  await announceJob(ctx, ended);
  if (row.lane !== null) await fillSlots(ctx, row.type);
}

async function settleFailure(ctx: Context, row: JobRow, error: unknown): Promise<void> {
  if (error instanceof JobStopped) return leaveJob(ctx, row);
  const failure = classify(error);
  ctx.log.warning("job_attempt_failed", { job_id: row.id, type: row.type, ...describeError(error) });
  if (failure.waits) return release(ctx, row, failure.retry_after, {});
  const failures = row.failures + 1;
  if (!failure.retryable || failures >= ATTEMPTS_WITHOUT_PROGRESS) {
    return endJob(ctx, row, "failed", { errors: [...row.errors, failure.reason] });
  }
  const after_seconds = Math.max(failure.retry_after, backoff(failures, ctx.random()));
  await release(ctx, row, after_seconds, { failures });
}

/** Of a subject that was removed meanwhile, the attempt may have brought back the warehouse's fence. */
async function leaveJob(ctx: Context, { id, type, fence_subject }: JobRow): Promise<void> {
  ctx.log.info("job_stopped", { job_id: id, type });
  const [fence] = await findFence(ctx.primary, fence_subject);
  if (!fence) await deleteFence(ctx.warehouse, "_catchment_fence", fence_subject);
}

interface Failure {
  reason: string;
  retryable: boolean;
  /** Nothing was tried, so it does not count as an attempt. */
  waits: boolean;
  retry_after: number;
}

/** Our own errors say whether trying again can help; anything unforeseen may be a passing fault of a database or store. */
function classify(error: unknown): Failure {
  if (!(error instanceof AppError)) {
    return {
      reason: "An internal fault; the log has it under this job's id",
      retryable: true,
      waits: false,
      retry_after: 0,
    };
  }
  const retry_after = error.retry_after ?? 0;
  return {
    reason: error.message,
    retryable: error.retry_after !== undefined || error.status === 429,
    waits: error.status === 503 && retry_after > 0,
    retry_after,
  };
}

/** Exponential with jitter: 1 to 2 s after the first failure, doubling. */
function backoff(failures: number, chance: number): number {
  return Math.min(LONGEST_BACKOFF_SECONDS, 2 ** failures) * (0.5 + chance / 2);
}

async function buryJob(ctx: Context, id: string): Promise<void> {
  const now = ctx.now();
  const errors = ["The queue gave this job up after repeated delivery failures"];
  const job = await findJob(ctx.db, id);
  if (!job) return;
  const change = { status: "failed" as const, errors, completed_at: now };
  const [[buried], recorded] = await ctx.db.batch([
    endLiveJob(ctx.db, job.id, { ...change, dead_lettered_at: now }),
    recordJobEnd(ctx, { ...job, ...change }),
  ]);
  if (!buried) return;
  deliverRecorded(ctx, recorded);
  recordTransition(ctx, buried, errors[0]);
  await announceJob(ctx, buried);
  if (buried.lane !== null) await fillSlots(ctx, buried.type);
}
