import type { Context } from "../../context.ts";
import { removeCredential } from "../../platform/credentials/credentials.store.ts";
import { cancelJobsOfSubject, stopJob } from "../../platform/jobs/control.ts";
import { deleteSchedule } from "../../platform/schedules/schedule.store.ts";
import { deleteBankLogin } from "./bank-login.store.ts";
import { bankLoginSecret, oneTimeCodeSecret } from "./bank-secrets.ts";
import { listRunsOfBlocked } from "./collecting.store.ts";
import { collectionScheduleId, collectionSubject } from "./collection-schedule.ts";

/** Ends all collecting for somebody: the schedule, the stored login, a code that waits, and a run under way. */
export async function stopCollecting(ctx: Context, owner: string): Promise<void> {
  await ctx.db.batch([
    deleteSchedule(ctx.db, collectionScheduleId(owner)),
    removeCredential(ctx.db, bankLoginSecret(owner)),
    deleteBankLogin(ctx.db, owner),
    removeCredential(ctx.db, oneTimeCodeSecret(owner)),
  ]);
  await cancelJobsOfSubject(ctx, collectionSubject(owner));
}

/** Cancels the runs under way of people who have been blocked, be it by leaving. */
export async function endRunsOfBlocked(ctx: Context): Promise<void> {
  for (const run of await listRunsOfBlocked(ctx.primary)) await stopJob(ctx, run);
}
