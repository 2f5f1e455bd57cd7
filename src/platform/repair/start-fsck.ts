import type { Context } from "../../context.ts";
import { startOrJoinJob } from "../jobs/start.ts";
import { DAY_MS } from "../retention/purge.ts";
import { FSCK_SUBJECT, fsckKind } from "./fsck-kind.ts";
import { findRunSince } from "./fsck.store.ts";

/** UTC; an hour after files are read back. */
const NIGHT_HOUR = 3;

/** Starts the check of a night, once; it changes nothing. */
export async function startFsck(ctx: Context): Promise<void> {
  const now = ctx.now();
  if (new Date(now).getUTCHours() !== NIGHT_HOUR) return;
  const [tonight] = await findRunSince(ctx.db, now - (now % DAY_MS) + NIGHT_HOUR * 3_600_000);
  if (!tonight) await startOrJoinJob(ctx, fsckKind, { repair: false }, { subject: FSCK_SUBJECT });
}
