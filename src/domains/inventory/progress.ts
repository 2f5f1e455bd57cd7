import type { Context } from "../../context.ts";
import { countDeliveries } from "./artifact.store.ts";
import type { ExtractionRun } from "./extraction-run.ts";
import { countShards, type ShardRow } from "./shard.store.ts";

/** Artifacts of a job: all, handed on, and refused by the transport. */
export async function readCounts(ctx: Pick<Context, "db">, job_id: string) {
  const counts = new Map((await countDeliveries(ctx.db, job_id)).map(({ delivery, count }) => [delivery, count]));
  const sent = counts.get("sent") ?? 0;
  const refused = counts.get("failed") ?? 0;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { total, sent, refused };
}

async function readProgress(ctx: Pick<Context, "db">, job_id: string) {
  const { total, sent, refused } = await readCounts(ctx, job_id);
  const states = new Map((await countShards(ctx.db, job_id)).map(({ state, count }) => [state, count]));
  const total_shards = [...states.values()].reduce((sum, count) => sum + count, 0);
  return {
    processed_resources: sent,
    total_resources: total,
    failed_resources: refused,
    completed_shards: total_shards - (states.get("pending") ?? 0),
    total_shards,
  };
}

const READ_EVERY_MS = 500;
const readAt = new WeakMap<ExtractionRun, number>();

/**
 * The same for a running job, counted at most twice a second: counting takes as long as a job has artifacts. Without
 * `current` the shard that was worked on last is shown.
 */
export async function currentProgress(ctx: Context, job: ExtractionRun, current: ShardRow | null) {
  const now = ctx.now();
  const { progress } = job.row;
  const place = current
    ? { current_service: current.service, current_region: current.region }
    : { current_service: progress["current_service"] ?? null, current_region: progress["current_region"] ?? null };
  if (now - (readAt.get(job) ?? 0) < READ_EVERY_MS) return { ...progress, ...place };
  readAt.set(job, now);
  return { ...(await readProgress(ctx, job.id)), ...place };
}
