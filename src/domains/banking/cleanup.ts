import type { Context } from "../../context.ts";
import { unavailable } from "../../errors.ts";
import { findTick } from "../../platform/schedules/schedule.store.ts";
import { findCleanupMetrics } from "./cleanup.store.ts";

const HOUR_MS = 3_600_000;

/** What the deletion worker has done since the beginning. Throws 503 when it has not run for an hour. */
export async function getCleanupMetrics(ctx: Context) {
  const [metrics, tick] = await Promise.all([findCleanupMetrics(ctx.db), findTick(ctx.db)]);
  const last_run_at = metrics?.last_run_at ?? null;
  const seen_at = last_run_at ?? tick?.ticked_at ?? ctx.now();
  if (ctx.now() - seen_at > HOUR_MS) throw unavailable("Deletion worker not available");
  return {
    last_run_at: last_run_at === null ? null : `${new Date(last_run_at).toISOString().slice(0, 19)}+00:00`,
    total_deleted: metrics?.total_deleted ?? 0,
    total_errors: metrics?.total_errors ?? 0,
    total_scans: metrics?.total_scans ?? 0,
  };
}
