import type { Context } from "../../context.ts";
import { describeError } from "../../platform/http/log.ts";
import { JobStopped } from "../../platform/jobs/running-job.ts";
import type { CollectionRun } from "./collection-run.ts";

/** Well within a lease, and soon enough for whoever cancels the run. */
const BEAT_MS = 5000;
/** For the step under way to end, and for signing out: an open session locks the person out. */
const LEAVE_MS = 20_000;

interface Hold {
  /** Throws what ends the work early. */
  check?(): void;
  /** Told what ends the work early, so that it comes to its end. */
  onEnd?(reason: unknown): void;
}

/**
 * Works with the run's lease being renewed. Work that is to end early has a little time to come to its end, which then
 * counts; throws the reason when it does not, and `JobStopped` at any rate.
 */
export async function holdRun<Result>(
  ctx: Context,
  job: CollectionRun,
  work: () => Promise<Result>,
  { check, onEnd }: Hold = {},
): Promise<Result> {
  const running = work();
  const settled = running.then(
    () => true,
    () => true,
  );
  try {
    while (!(await Promise.race([settled, pause(BEAT_MS)]))) {
      check?.();
      await tellProgress(ctx, job, job.row.progress);
    }
  } catch (reason) {
    onEnd?.(reason);
    const isOver = await Promise.race([settled, pause(LEAVE_MS)]);
    if (!isOver || reason instanceof JobStopped) throw reason;
  }
  return running;
}

/** A database that does not answer is no reason to leave a bank in the middle of a session. Throws `JobStopped`. */
export async function tellProgress(ctx: Context, job: CollectionRun, progress: Record<string, unknown>): Promise<void> {
  try {
    await job.progress(progress);
  } catch (error) {
    if (error instanceof JobStopped) throw error;
    ctx.log.warning("collection_progress_failed", { job_id: job.id, ...describeError(error) });
  }
}

const pause = async (ms: number): Promise<false> => {
  await scheduler.wait(ms);
  return false;
};
