import type { Context } from "../../context.ts";
import { DAY_MS, type Purged } from "../retention/purge.ts";
import type { JobDefinitions } from "./define.ts";
import { dropLeasesBefore, purgeEndedJobs, takeLostJobs } from "./job.store.ts";
import { sendJob } from "./start.ts";

/** A message younger than this may still be under way. */
const PATIENCE_MS = 45_000;
const RESENDS_A_TICK = 100;

/** Sends jobs again whose message was lost or whose attempt died. */
export async function resendLostJobs(ctx: Context): Promise<void> {
  if (ctx.config.SERVER_STARTED_AT > 0) await dropLeasesBefore(ctx.db, ctx.config.SERVER_STARTED_AT);
  const lost = await takeLostJobs(ctx.db, ctx.now(), PATIENCE_MS, RESENDS_A_TICK);
  for (const job of lost) {
    ctx.log.info("job_resent", { job_id: job.id });
    await sendJob(ctx, job);
  }
}

/** Deletes jobs that ended longer ago than the retention, unless what they have left is still needed. */
export async function purgeJobs(ctx: Context, definitions: JobDefinitions): Promise<Purged> {
  const ended_before = ctx.now() - ctx.config.JOB_RETENTION_DAYS * DAY_MS;
  const exempt = [...definitions.values()].flatMap(({ type, needed }) => (needed ? [{ type, needed }] : []));
  const [, purged] = await ctx.db.batch(purgeEndedJobs(ctx.db, ended_before, exempt));
  return { rows: purged.length, bytes: 0 };
}
