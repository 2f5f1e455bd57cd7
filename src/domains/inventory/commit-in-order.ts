import type { Context } from "../../context.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import type { ExtractionCursor, ExtractionRun } from "./extraction-run.ts";
import { currentProgress } from "./progress.ts";
import type { ShardRow } from "./shard.store.ts";

/** The end of the newest commit of each job in this isolate. */
const newest = new WeakMap<ExtractionRun, Promise<unknown>>();

interface Change {
  statements: Statement[];
  /** What of the cursor is different from now on. */
  cursor?: Partial<ExtractionCursor>;
  /** The shard that was worked on; null shows the one before. */
  current: ShardRow | null;
}

/**
 * Commits to the job after all earlier commits: shards and deliveries go on beside each other, and none may write an
 * older cursor over a newer one. Throws as `job.commit` does.
 */
export function commitInOrder(
  ctx: Context,
  job: ExtractionRun,
  cursor: ExtractionCursor,
  { statements, cursor: changed, current }: Change,
): Promise<void> {
  const commit = async () => {
    const progress = await currentProgress(ctx, job, current);
    await job.commit(statements, { cursor: { ...cursor, ...changed }, progress });
    Object.assign(cursor, changed);
  };
  const committed = (newest.get(job) ?? Promise.resolve()).then(commit);
  // Whoever waits for that commit gets its error; the next one is tried all the same.
  newest.set(
    job,
    committed.catch(() => {}),
  );
  return committed;
}
