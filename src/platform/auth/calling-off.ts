import type { Context } from "../../context.ts";
import type { Statement } from "../jobs/define.ts";
import { nextRun } from "../schedules/cron.ts";
import { listStoppedSchedules, resumeSchedule } from "../schedules/schedule.store.ts";
import { dropCalledOff } from "./account-deletion.store.ts";
import { isUnblocked } from "./user.store.ts";

/** Where schedules are one person's own. */
export const OWN = "banking";

/**
 * For the batch that unblocks somebody, behind that: unless their deletion has begun it is off, and the schedules go on
 * that leaving has stopped.
 */
export async function callOffLeaving(ctx: Context, user_id: string): Promise<Statement[]> {
  const { primary } = ctx;
  const now = ctx.now();
  const stopped = await listStoppedSchedules(primary, user_id, OWN, "leaving");
  return [
    dropCalledOff(primary, user_id),
    ...stopped.map(({ id, cron_expression, time_zone }) => {
      const run_at = nextRun(cron_expression, time_zone, now) ?? now;
      return resumeSchedule(primary, id, "leaving", { run_at, now }, isUnblocked(primary, user_id));
    }),
  ];
}
