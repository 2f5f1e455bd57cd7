import type { Context } from "../../../context.ts";
import { AppError } from "../../../errors.ts";
import { defineJob, done, failed, resume, type SliceOutcome } from "../../../platform/jobs/define.ts";
import { announce } from "../activity.ts";
import { insertLog } from "../activity.store.ts";
import { requireFinal } from "../sync-run.ts";
import { addErrors, type DbtCursor, dbtParams, type DbtRun, listErrors, PROJECT_SUBJECT, shorten } from "./dbt-run.ts";
import { type OpenProject, openProject } from "./open-project.ts";
import { runPlanned } from "./run-planned.ts";
import { planRun } from "./run-plan.ts";
import { insertRun, listOutcomes, trimRuns, updateRun } from "./run.store.ts";

/** Seconds between two looks whether another run has ended. */
const LOCK_POLL_SECONDS = 5;

/** Builds and tests models, node by node; each commits with what it has become. */
export const dbtJob = defineJob<typeof dbtParams, DbtCursor>({
  type: "dbt",
  version: 1,
  domain: "warehouse",
  queue: "sync",
  params: dbtParams,
  async run(ctx, job) {
    if (job.row.subject !== PROJECT_SUBJECT) return waitForProject(job);
    const begun = await begin(ctx, job);
    if (begun.ended) return announceEnd(ctx, job, begun);
    const worked = await work(ctx, job, begun);
    if (worked === null) return resume(job.row.cursor);
    return announceEnd(ctx, job, await end(ctx, job, worked));
  },
});

/** A run that follows a sync begins once no other run has the project. */
async function waitForProject(job: DbtRun): Promise<SliceOutcome> {
  try {
    await job.adoptSubject(PROJECT_SUBJECT);
    return resume(job.row.cursor);
  } catch (error) {
    if (!(error instanceof AppError && error.status === 409)) throw error;
    return resume(job.row.cursor, LOCK_POLL_SECONDS);
  }
}

/** Logs and announces the start, once. */
async function begin(ctx: Context, job: DbtRun): Promise<DbtCursor> {
  const { label, ...params } = job.params;
  let cursor = job.cursor;
  // A job that has results has ended before: somebody tries again what failed.
  if (cursor === null || (cursor.ended && job.row.results !== null)) {
    const now = ctx.now();
    cursor = startOf(now, (cursor?.round ?? -1) + 1);
    const run = { ...params, id: job.id, label, status: "running" as const, started_at: now };
    await job.commit(
      [
        insertRun(ctx.db, { ...run, error_message: null, outcomes: null, completed_at: null }),
        insertLog(ctx.db, {
          timestamp: now,
          level: "INFO",
          message: `Starting dbt ${job.params.command}: ${label}`,
          source: null,
        }),
      ],
      { cursor },
    );
  }
  if (cursor.announced) return cursor;
  await announceRun(ctx, job, cursor, "dbt_run_started", { message: `dbt ${job.params.command} started: ${label}` });
  cursor = { ...cursor, announced: true };
  await job.commit([], { cursor });
  return cursor;
}

const startOf = (started_at: number, round: number): DbtCursor => ({
  ...{ round, started_at, announced: false, plan: null, next: 0, broken: [], doubted: [], counts: {} },
  ...{ errors: [], ended: false },
});

/** The cursor when every node is done; null when the slice is over. */
async function work(ctx: Context, job: DbtRun, begun: DbtCursor): Promise<DbtCursor | null> {
  try {
    const { command, vars, full_refresh } = job.params;
    const invocation = {
      command,
      vars,
      full_refresh,
      started_at: begun.started_at,
      invocation_id: job.id,
    };
    const open = await openProject(ctx, invocation);
    const cursor = begun.plan === null ? await plan(job, open, begun) : begun;
    return await runPlanned(ctx, job, open, cursor);
  } catch (error) {
    const reason = requireFinal(job, error);
    // What was committed since then counts; only this job writes its cursor.
    const latest = (job.row.cursor ?? begun) as DbtCursor;
    return { ...latest, ...addErrors(latest, [reason]) };
  }
}

async function plan(job: DbtRun, open: OpenProject, begun: DbtCursor): Promise<DbtCursor> {
  const { nodes, unmatched } = planRun(open, job.params);
  const { problems } = open.project;
  // Problems of single nodes come with them; without nodes there is nothing else to say.
  const reasons = problems.map(({ path, message }) => open.environment.mask(`${path}: ${message}`));
  const errors = nodes.length > 0 ? unmatched : [...unmatched, ...reasons];
  const cursor = { ...begun, plan: nodes, ...addErrors(begun, errors) };
  await job.commit([], { cursor });
  return cursor;
}

/** Records how it ended, together with the cursor that says so. */
async function end(ctx: Context, job: DbtRun, worked: DbtCursor): Promise<DbtCursor> {
  const { command, label } = job.params;
  const cursor = { ...worked, ended: true };
  const now = ctx.now();
  const reason = describeErrors(cursor);
  const outcomes = (await listOutcomes(ctx.db, job.id)).map(({ message: reported, ...outcome }) => ({
    ...outcome,
    message: shorten(reported),
  }));
  const status = reason === null ? ("success" as const) : ("error" as const);
  const message =
    reason === null ? `dbt ${command} completed: ${describeCounts(cursor)}` : `dbt ${command} failed: ${reason}`;
  const level = reason === null ? "SUCCESS" : "ERROR";
  await job.commit(
    [
      updateRun(ctx.db, job.id, { status, error_message: reason, outcomes, completed_at: now }),
      trimRuns(ctx.db),
      insertLog(ctx.db, { timestamp: now, level, message: `${message} (${label})`.slice(0, 2000), source: null }),
    ],
    { cursor, progress: { message, processed_resources: cursor.next } },
  );
  return cursor;
}

/** Announces how it ended; what failed makes the job failed only when nothing else was done. */
async function announceEnd(ctx: Context, job: DbtRun, cursor: DbtCursor): Promise<SliceOutcome> {
  const { counts } = cursor;
  const errors = listErrors(cursor);
  const error = describeErrors(cursor);
  const results = { nodes: cursor.next, ...counts };
  if (error === null) {
    await announceRun(ctx, job, cursor, "dbt_run_completed", { message: describeCounts(cursor), error: null });
    return done(results, errors);
  }
  await announceRun(ctx, job, cursor, "dbt_run_failed", { message: `dbt run failed: ${error}`, error });
  const isPartial = (counts.success ?? 0) + (counts.pass ?? 0) + (counts.warn ?? 0) > 0;
  return isPartial ? done(results, errors) : failed(results, errors);
}

/** The document's event, with the fields of its server's own form beside. */
function announceRun(
  ctx: Context,
  { id, params: { label } }: DbtRun,
  { round }: DbtCursor,
  type: "dbt_run_started" | "dbt_run_completed" | "dbt_run_failed",
  fields: Record<string, unknown>,
) {
  const key = `${id}:${round}:${type === "dbt_run_started" ? "started" : "ended"}`;
  return announce(ctx, type, { model: label, source: `dbt:${label}`, job_id: id, ...fields }, key);
}

const describeErrors = (cursor: DbtCursor) => listErrors(cursor).join("; ").slice(0, 1000) || null;

function describeCounts({ next, counts }: DbtCursor): string {
  const parts = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  return `${next} node(s)${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}
