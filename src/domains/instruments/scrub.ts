import type { Context } from "../../context.ts";
import { startOrJoinJob } from "../../platform/jobs/start.ts";
import { listUnverified } from "./harvest.store.ts";
import { scrubJob } from "./scrub.job.ts";

const DAY_MS = 24 * 3600 * 1000;
/** A stored file is read back that often. */
const VERIFIED_EVERY_DAYS = 7;
/** UTC. */
const NIGHT_HOUR = 2;

/** Starts the scrub of a night, which everything is due for that was last read a week before its day; once it is done, nothing is. */
export async function startScrub(ctx: Context): Promise<void> {
  const now = ctx.now();
  if (new Date(now).getUTCHours() !== NIGHT_HOUR) return;
  const verified_before = now - (now % DAY_MS) - VERIFIED_EVERY_DAYS * DAY_MS;
  const due = await listUnverified(ctx.db, verified_before, 1);
  if (due.length > 0) await startOrJoinJob(ctx, scrubJob, { verified_before }, { subject: "scrub" });
}
