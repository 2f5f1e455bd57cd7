import type { Context } from "../../context.ts";
import { startOrJoinJob } from "../../platform/jobs/start.ts";
import { scrubJob } from "./scrub.job.ts";
import { findJobSince, listUnverified } from "./scrub.store.ts";

const DAY_MS = 24 * 3600 * 1000;
/** A stored file is read back that often. */
const VERIFIED_EVERY_DAYS = 7;
/** UTC. */
const NIGHT_HOUR = 2;

/** Starts the scrub of a night, once: everything is due for it that was last read a week before its day. */
export async function startScrub(ctx: Context): Promise<void> {
  const now = ctx.now();
  if (new Date(now).getUTCHours() !== NIGHT_HOUR) return;
  const today = now - (now % DAY_MS);
  // Files of a location that could not be reached are still due.
  const [tonight] = await findJobSince(ctx.db, scrubJob.type, today);
  if (tonight) return;
  const verified_before = today - VERIFIED_EVERY_DAYS * DAY_MS;
  const due = await listUnverified(ctx.db, { since: verified_before }, 1);
  if (due.length > 0) await startOrJoinJob(ctx, scrubJob, { verified_before }, { subject: "scrub" });
}
