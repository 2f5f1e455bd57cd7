import type { Context } from "../../../context.ts";
import type { RunningJob, Statement } from "../../../platform/jobs/define.ts";
import { isFenced, JobStopped } from "../../../platform/jobs/running-job.ts";

/**
 * Runs statements in one transaction of the warehouse while the job is held. Throws `JobStopped`, with nothing written,
 * when another attempt holds it.
 */
export async function commitLoad(
  ctx: Context,
  job: Pick<RunningJob<unknown, unknown>, "id" | "warehouseGuard">,
  statements: readonly Statement[],
): Promise<void> {
  try {
    await ctx.warehouse.batch([job.warehouseGuard(), ...statements]);
  } catch (error) {
    if (isFenced(error)) throw new JobStopped(job.id);
    throw error;
  }
}
