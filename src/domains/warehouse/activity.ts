import type { Context } from "../../context.ts";
import { PLATFORM_TOPIC } from "../../platform/events/protocol.ts";
import { DAY_MS, type Purged } from "../../platform/retention/purge.ts";
import { deleteExpired } from "../../platform/retention/retention.store.ts";
import { insertLog, isLogBefore, listLogs, listLogsOfSource, type LogRow } from "./activity.store.ts";
import { activityLogs, type LogLevel } from "./tables.ts";
import { documentTime } from "./times.ts";

/** Writes a line for people; `source` is null for what concerns none. */
export async function logActivity(ctx: Context, level: LogLevel, message: string, source: string | null = null) {
  await insertLog(ctx.db, { timestamp: ctx.now(), level, message, source });
}

/** The latest lines of every source and of the platform, newest first. */
export async function readActivity(ctx: Context, limit: number) {
  return (await listLogs(ctx.db, limit)).map((row) => ({ ...renderLog(row), source: row.source }));
}

/** The latest lines of one source, oldest first; none for a source that there is not, as the document's server has it. */
export async function readSourceLog(ctx: Context, source: string, limit: number) {
  return (await listLogsOfSource(ctx.db, source, limit)).toReversed().map(renderLog);
}

const renderLog = ({ timestamp, level, message }: LogRow) => ({
  timestamp: documentTime(timestamp) ?? "",
  level,
  message,
});

type WarehouseEvent =
  | "sync_started"
  | "sync_completed"
  | "sync_failed"
  | "csv_uploaded"
  | "csv_deleted"
  | "dbt_run_started"
  | "dbt_run_progress"
  | "dbt_run_completed"
  | "dbt_run_failed";

/** Publishes an event in the document's flat form, once for each `key`; readers are those who may read the domain. */
export async function announce(
  ctx: Context,
  type: WarehouseEvent,
  fields: Record<string, unknown>,
  key?: string,
): Promise<void> {
  await ctx.feeds.publish(PLATFORM_TOPIC, {
    type,
    domain: "warehouse",
    owner: null,
    data: fields,
    fields,
    at: ctx.now(),
    ...(key === undefined ? {} : { key }),
  });
}

/** Removes lines past their retention. */
export function purgeActivity(ctx: Context): Promise<Purged> {
  const written_before = ctx.now() - ctx.config.ACTIVITY_RETENTION_DAYS * DAY_MS;
  return deleteExpired(ctx.db, activityLogs, isLogBefore(written_before));
}
