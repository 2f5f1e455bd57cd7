import type { Context } from "../../context.ts";
import { jobTopic } from "../events/protocol.ts";
import { stopJob } from "./control.ts";
import type { JobRow } from "./define.ts";
import { deleteJobs, disownJobs, listJobsOf, listJobsOfOthers, seizeJobs } from "./erase-jobs.store.ts";
import { findJob } from "./job.store.ts";
import { LEASE_MS } from "./running-job.ts";

const JOBS_A_CALL = 50;
/** Well beyond the seven days for which a feed keeps what a silent job has said. */
const FEED_KEPT_MS = 8 * 86_400_000;

/** Removes jobs of a domain that somebody has started, with their events; answers whether that was all. */
export async function eraseJobsOf(ctx: Context, created_by: string, domain: JobRow["domain"]): Promise<boolean> {
  const rows = await listJobsOf(ctx.db, created_by, domain, JOBS_A_CALL);
  if (rows.length === 0) return true;
  for (const { id } of rows.filter(({ completed_at }) => completed_at === null)) {
    const job = await findJob(ctx.db, id);
    if (job) await stopJob(ctx, job);
  }
  for (const { id } of rows.filter((row) => mayHaveFeed(ctx, row))) await ctx.feeds.clear(jobTopic(id));
  await ctx.db.batch([...deleteJobs(ctx.db, rows)]);
  return rows.length < JOBS_A_CALL;
}

/**
 * Makes jobs that somebody has started in other domains nobody's, and their events too; answers whether that was all. An
 * attempt under way ends, for it would go on to say whose the job was; the job goes on from its last commit.
 */
export async function disownJobsOf(ctx: Context, created_by: string, domain: JobRow["domain"]): Promise<boolean> {
  const rows = await listJobsOfOthers(ctx.db, created_by, domain, JOBS_A_CALL);
  if (rows.length === 0) return true;
  const ids = rows.map(({ id }) => id);
  await ctx.db.batch([...seizeJobs(ctx.db, ids, ctx.now() + LEASE_MS)]);
  for (const { id } of rows.filter((row) => mayHaveFeed(ctx, row))) {
    await ctx.feeds.forget(jobTopic(id), created_by, []);
  }
  await ctx.db.batch([...disownJobs(ctx.db, ids)]);
  return rows.length < JOBS_A_CALL;
}

const mayHaveFeed = (ctx: Context, { completed_at }: { completed_at: number | null }) =>
  completed_at === null || completed_at > ctx.now() - FEED_KEPT_MS;
