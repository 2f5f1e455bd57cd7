import type { Context } from "../../context.ts";
import { jobStartFailed } from "../../errors.ts";
import { findDeletion } from "../../platform/auth/account-deletion.store.ts";
import { pageJobs } from "../../platform/jobs/control.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { isQuotaReached } from "../../platform/quotas/quotas.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { startOrJoinJob } from "../../platform/jobs/start.ts";
import { findBankLogin } from "./bank-login.store.ts";
import { collectJob } from "./collect.job.ts";
import { collectionResults } from "./collection-run.ts";
import { COLLECT, collectionSubject, findNextRun } from "./collection-schedule.ts";
import { requireOwner } from "./owner.ts";

/** Collects the caller's data now; a run under way is joined. Throws 500 `JOB_START_ERROR`, and 429 past the quota. */
export async function startCollection(ctx: Context): Promise<void> {
  const owner = requireOwner(ctx);
  try {
    await startOrJoinJob(ctx, collectJob, { owner }, { subject: collectionSubject(owner), created_by: owner });
  } catch (error) {
    throw isQuotaReached(error) ? error : jobStartFailed(error);
  }
}

/** A page of the caller's runs, newest first; `next_cursor` is null on the last page. */
export async function listRuns(ctx: Context, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
  const filter = { type: COLLECT, domain: "banking" as const, ...(cursor === undefined ? {} : { after: cursor }) };
  const { jobs, total, next_cursor } = await pageJobs(ctx, filter, limit);
  return { runs: jobs.map(renderRun), total, next_cursor };
}

/** What is scheduled, stored and has been done for the caller. */
export async function describeCollection(ctx: Context) {
  const owner = requireOwner(ctx);
  const [next_run, login, [deletion], { runs }] = await Promise.all([
    findNextRun(ctx, owner),
    findBankLogin(ctx.db, owner),
    findDeletion(ctx.db, owner),
    listRuns(ctx, { limit: 1 }),
  ]);
  return {
    user_id: owner,
    has_scheduled_job: next_run !== null,
    next_run,
    deletion_pending: deletion !== undefined,
    credentials: login
      ? { bank: login.bank, stored_at: isoTime(login.stored_at), refused_at: isoTime(login.refused_at) }
      : null,
    last_run: runs[0] ?? null,
  };
}

function renderRun(job: JobRow) {
  const { files, reports, screenshot } = collectionResults.parse(job.results);
  return {
    id: job.id,
    state: job.status,
    progress: job.progress,
    error: job.errors[0] ?? null,
    errors: job.errors,
    files,
    reports,
    started_at: isoTime(job.started_at),
    completed_at: isoTime(job.completed_at),
    has_screenshot: screenshot !== null,
  };
}
