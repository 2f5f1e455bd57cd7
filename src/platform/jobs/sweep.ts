import type { Context } from "../../context.ts";
import { purgeFences } from "./fence.store.ts";
import { dropLeasesBefore, purgeJobsBefore, takeLostJobs } from "./job.store.ts";
import { sendJob } from "./start.ts";

/** A message younger than this may still be under way. */
const PATIENCE_MS = 45_000;
const RESENDS_A_TICK = 100;
const DAY_MS = 86_400_000;

/** Sends jobs again whose message was lost or whose attempt died. */
export async function resendLostJobs(ctx: Context): Promise<void> {
  if (ctx.config.SERVER_STARTED_AT > 0) await dropLeasesBefore(ctx.db, ctx.config.SERVER_STARTED_AT);
  const lost = await takeLostJobs(ctx.db, ctx.now(), PATIENCE_MS, RESENDS_A_TICK);
  for (const job of lost) {
    ctx.log.info("job_resent", { job_id: job.id });
    await sendJob(ctx, job);
  }
}

/** Deletes jobs that ended longer ago than the retention. */
export async function purgeJobs(ctx: Context): Promise<void> {
  const purged = await purgeJobsBefore(ctx.db, ctx.now() - ctx.config.JOB_RETENTION_DAYS * DAY_MS);
  if (purged.length === 0) return;
  await purgeFences(ctx.db);
  ctx.log.info("jobs_purged", { count: purged.length });
}
