import type { Context } from "../../context.ts";
import { countDeliveries } from "./artifact.store.ts";
import { countShards, type ShardRow } from "./shard.store.ts";

/** Artifacts of a job: all, handed on, and refused by the transport. */
export async function readCounts(ctx: Pick<Context, "db">, job_id: string) {
  const counts = new Map((await countDeliveries(ctx.db, job_id)).map(({ delivery, count }) => [delivery, count]));
  const sent = counts.get("sent") ?? 0;
  const refused = counts.get("failed") ?? 0;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { total, sent, refused };
}

/** How far a job is, as its frames and its detail show it. */
export async function readProgress(ctx: Pick<Context, "db">, job_id: string, current: ShardRow | null) {
  const { total, sent, refused } = await readCounts(ctx, job_id);
  const states = new Map((await countShards(ctx.db, job_id)).map(({ state, count }) => [state, count]));
  const total_shards = [...states.values()].reduce((sum, count) => sum + count, 0);
  return {
    processed_resources: sent,
    total_resources: total,
    failed_resources: refused,
    current_service: current?.service ?? null,
    current_region: current?.region ?? null,
    completed_shards: total_shards - (states.get("pending") ?? 0),
    total_shards,
  };
}
