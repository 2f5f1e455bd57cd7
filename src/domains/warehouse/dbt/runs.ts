import type { Context } from "../../../context.ts";
import { conflict, notFound } from "../../../errors.ts";
import { findLiveJob } from "../../../platform/jobs/job.store.ts";
import type { JobRow } from "../../../platform/jobs/define.ts";
import { startOrJoinJob } from "../../../platform/jobs/start.ts";
import { documentTime } from "../times.ts";
import { dbtJob } from "./dbt.job.ts";
import { type Command, type DbtParams, PROJECT_SUBJECT } from "./dbt-run.ts";
import { findRun, listOutcomes, listRuns, type RunRow } from "./run.store.ts";

export interface RunRequest {
  command: Command;
  select?: string[];
  exclude?: string[];
  full_refresh?: boolean;
  vars?: Record<string, unknown>;
  /** What people call it; the selection where it is not given. */
  label?: string;
}

const LOOK_EVERY_MS = 500;

/** Starts a run; waits for the one under way, and throws 409 when that takes longer than `DBT_LOCK_WAIT_SECONDS`. */
export async function startRun(ctx: Context, request: RunRequest): Promise<JobRow> {
  const params = paramsOf(request);
  const patience = ctx.now() + ctx.config.DBT_LOCK_WAIT_SECONDS * 1000;
  for (;;) {
    const { job, created } = await startOrJoinJob(ctx, dbtJob, params, { subject: PROJECT_SUBJECT });
    if (created) return job;
    if (ctx.now() >= patience) throw conflict(`A dbt run is already in progress: ${job.id}`);
    await runEnds(ctx, patience);
  }
}

/** Lets a run follow a source's sync, once no other run has the project; one that waits for the source is enough. */
export async function followSync(ctx: Context, source: string): Promise<void> {
  const params = paramsOf({ command: "run", select: [`source:raw_${source}+`] });
  await startOrJoinJob(ctx, dbtJob, params, { subject: `dbt:after:${source}` });
}

/** The latest runs, newest first. */
export async function readRuns(ctx: Context, limit: number) {
  return (await listRuns(ctx.db, limit)).map((run) => renderRun(settleRun(run)));
}

/** A run with how its nodes ended so far; throws 404. */
export async function readRun(ctx: Context, id: string) {
  const run = await findRun(ctx.db, id);
  if (!run) throw notFound(`Run not found: ${id}`);
  return { ...renderRun(settleRun(run)), results: run.outcomes ?? (await listOutcomes(ctx.db, id)) };
}

/** The run as it is: one whose job was cancelled, or given up by the engine, could not record its own end. */
export function settleRun<Run extends Pick<RunRow, "status" | "error_message"> & { is_live: number }>(run: Run): Run {
  if (run.status !== "running" || run.is_live) return run;
  return { ...run, status: "error", error_message: "The job ended before the run did" };
}

type ShownRun = Omit<RunRow, "outcomes" | "vars">;

const renderRun = ({ id, command, label, select, exclude, full_refresh, status, error_message, ...run }: ShownRun) => ({
  ...{ id, command, label, select, exclude, full_refresh, status, error_message },
  started_at: documentTime(run.started_at) ?? "",
  completed_at: documentTime(run.completed_at),
});

function paramsOf({ command, select = [], ...options }: RunRequest): DbtParams {
  const { exclude = [], full_refresh = false, vars = {}, label = labelOf(select) } = options;
  return { command, select, exclude, full_refresh, vars, label };
}

/** The model where one is meant, so that events name it as the document does. */
function labelOf(select: readonly string[]): string {
  const [only = "all"] = select;
  return select.length === 1 ? only.replaceAll(/^\+|\+$/g, "") : select.join(" ") || "all";
}

/** Waits until no run has the project, or patience is at its end. */
async function runEnds(ctx: Context, patience: number): Promise<void> {
  while (ctx.now() < patience && (await findLiveJob(ctx.db, PROJECT_SUBJECT))) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_EVERY_MS, patience - ctx.now())));
  }
}
