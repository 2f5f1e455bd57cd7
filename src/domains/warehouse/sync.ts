import type { Context } from "../../context.ts";
import { badRequest, conflict } from "../../errors.ts";
import { describeError } from "../../platform/http/log.ts";
import { isQuotaReached } from "../../platform/quotas/quotas.ts";
import { startOrJoinJob } from "../../platform/jobs/start.ts";
import { listDueSources, type SourceRow, updateSource } from "./source.store.ts";
import { requireSource, syncSubject } from "./sources.ts";
import { syncJob } from "./sync.job.ts";
import { documentTime } from "./times.ts";

export interface SyncRequest {
  /** Forget what is loaded and load everything. */
  full_refresh?: boolean;
  /** `YYYY-MM-DD`, inclusive. */
  start_date?: string | null;
  end_date?: string | null;
}

/** Throws 400 for a source that is disabled. */
export function requireSyncable({ name, enabled }: SourceRow): void {
  if (!enabled) throw badRequest(`Source '${name}' is disabled`);
}

/** Starts a sync. Throws 404 for an unknown source, 400 for one that cannot be synced, 409 while a sync is under way. */
export async function startSync(ctx: Context, name: string, request: SyncRequest) {
  const source = await requireSource(ctx, name);
  requireSyncable(source);
  const { start_date = null, end_date = null } = request;
  if (start_date !== null && end_date !== null && start_date > end_date) {
    throw badRequest("start_date must not be after end_date");
  }
  const { job, created } = await startOrJoin(ctx, source.name, request);
  if (!created) throw conflict(`Sync already in progress for ${name}`);
  return { job_id: job.id, started_at: documentTime(job.created_at) ?? "" };
}

/** Lets a sync of what has changed follow: now, or once the one that is under way has ended, or the source is enabled. */
export async function followChange(ctx: Context, { name, enabled }: SourceRow): Promise<void> {
  const created = enabled && (await startNow(ctx, name));
  if (!created) await updateSource(ctx.db, name, { sync_due_at: ctx.now() });
}

/** Starts the syncs whose quiet time has passed; the job takes the due time back when it begins. */
export async function startDueSyncs(ctx: Context): Promise<void> {
  for (const { name } of await listDueSources(ctx.db, ctx.now())) {
    try {
      await startOrJoin(ctx, name, {}, { can_wait: true });
    } catch (error) {
      if (isQuotaReached(error)) {
        ctx.log.warning("due_sync_waits", { source: name, reason: error.message });
        continue;
      }
      ctx.log.error("due_sync_failed", { source: name, ...describeError(error) });
    }
  }
}

/** False for a sync that has to wait, for the one under way or for the quota: the tick starts it later. */
async function startNow(ctx: Context, name: string): Promise<boolean> {
  try {
    return (await startOrJoin(ctx, name, {})).created;
  } catch (error) {
    if (isQuotaReached(error)) return false;
    throw error;
  }
}

function startOrJoin(
  ctx: Context,
  source: string,
  { full_refresh = false, start_date, end_date }: SyncRequest,
  options: { can_wait?: boolean } = {},
) {
  const params = { source, full_refresh, start_date: start_date ?? null, end_date: end_date ?? null };
  return startOrJoinJob(ctx, syncJob, params, { subject: syncSubject(source), ...options });
}
