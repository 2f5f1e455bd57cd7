import type { Context } from "../../context.ts";
import { sealAudit } from "../audit/seal.ts";
import { ensureAdmin } from "../auth/first-admin.ts";
import type { Chores } from "../domain.ts";
import { describeError } from "../http/log.ts";
import type { JobDefinitions } from "../jobs/define.ts";
import { resendLostJobs } from "../jobs/sweep.ts";
import { platformPurges } from "../retention/platform-purges.ts";
import { purgeExpired, type Purges } from "../retention/purge.ts";
import { deliverEvents } from "../webhooks/deliver.ts";
import { watchStorage } from "../webhooks/storage-watch.ts";
import { startDueSchedules } from "./due.ts";
import { recordTick } from "./schedule.store.ts";

/** The cron door, once a minute. A step that fails is logged and does not keep the others from running. */
export async function tick(
  ctx: Context,
  definitions: JobDefinitions,
  chores: Chores = {},
  purges: Purges = {},
): Promise<void> {
  const steps: Chores = {
    record: async () => recordTick(ctx.db, ctx.now()),
    first_admin: () => ensureAdmin(ctx),
    schedules: () => startDueSchedules(ctx, definitions),
    jobs: () => resendLostJobs(ctx),
    ...chores,
    storage_watch: () => watchStorage(ctx),
    webhooks: () => deliverEvents(ctx),
    seal_audit: () => sealAudit(ctx),
    retention: () => purgeExpired(ctx, { ...purges, ...platformPurges(definitions) }),
  };
  for (const [step, run] of Object.entries(steps)) {
    try {
      await run(ctx);
    } catch (error) {
      ctx.log.error("tick_step_failed", { step, ...describeError(error) });
    }
  }
}
