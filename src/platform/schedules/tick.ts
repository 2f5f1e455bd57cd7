import type { Context } from "../../context.ts";
import { ensureAdmin } from "../auth/first-admin.ts";
import type { Chores } from "../domain.ts";
import { purgeTickets } from "../events/tickets.store.ts";
import { KEEP_ANSWERS_MS } from "../http/idempotency.ts";
import { purgeIdempotencyKeys } from "../http/idempotency.store.ts";
import { describeError } from "../http/log.ts";
import type { JobDefinitions } from "../jobs/define.ts";
import { purgeJobs, resendLostJobs } from "../jobs/sweep.ts";
import { sweepObjects } from "../storage/sweep.ts";
import { sweepUploads } from "../storage/uploads.ts";
import { startDueSchedules } from "./due.ts";
import { recordTick } from "./schedule.store.ts";

/** The cron door, once a minute. A step that fails is logged and does not keep the others from running. */
export async function tick(ctx: Context, definitions: JobDefinitions, chores: Chores = {}): Promise<void> {
  const steps: Chores = {
    record: async () => recordTick(ctx.db, ctx.now()),
    first_admin: () => ensureAdmin(ctx),
    schedules: () => startDueSchedules(ctx, definitions),
    jobs: () => resendLostJobs(ctx),
    uploads: () => sweepUploads(ctx),
    objects: () => sweepObjects(ctx),
    purge_jobs: () => purgeJobs(ctx),
    purge_idempotency_keys: async () => purgeIdempotencyKeys(ctx.db, ctx.now() - KEEP_ANSWERS_MS),
    purge_tickets: async () => purgeTickets(ctx.db, ctx.now()),
    ...chores,
  };
  for (const [step, run] of Object.entries(steps)) {
    try {
      await run(ctx);
    } catch (error) {
      ctx.log.error("tick_step_failed", { step, ...describeError(error) });
    }
  }
}
