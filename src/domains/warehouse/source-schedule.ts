import type { Context } from "../../context.ts";
import { badRequest, notFound } from "../../errors.ts";
import { cronProblem } from "../../platform/schedules/cron.ts";
import { listSchedules, type ScheduleRow } from "../../platform/schedules/schedule.store.ts";
import { putSchedule, removeSchedule } from "../../platform/schedules/schedules.ts";
import { requireSource, syncSubject } from "./sources.ts";
import { syncJob } from "./sync.job.ts";
import { syncParams } from "./sync-run.ts";
import { documentTime } from "./times.ts";

export interface SourceScheduleInput {
  /** Five fields. */
  cron: string;
  /** IANA name. */
  time_zone: string;
  enabled: boolean;
  /** Whether each run loads everything anew. */
  full_refresh: boolean;
}

/** The schedule of a source. Throws 404 for an unknown source and for one without a schedule. */
export async function getSourceSchedule(ctx: Context, name: string) {
  return renderSchedule(name, await requireSchedule(ctx, name));
}

/** Sets when a source is synced; a run that comes due while a sync is under way joins that. Throws 404, and 400. */
export async function putSourceSchedule(ctx: Context, name: string, input: SourceScheduleInput) {
  await requireSource(ctx, name);
  const { cron, time_zone, enabled, full_refresh } = input;
  requireCron(cron, time_zone);
  const params = { source: name, full_refresh, start_date: null, end_date: null };
  const before = await findSchedule(ctx, name);
  const subject = syncSubject(name);
  // One id for each source: of two people who set its first schedule at once, the second changes that of the first.
  const after = await putSchedule(ctx, before?.id ?? `sched_${subject}`, {
    ...{ name: `Sync of ${name}`, domain: "warehouse", job_type: syncJob.type, subject, params },
    ...{ cron_expression: cron, time_zone, enabled },
  });
  return renderSchedule(name, after);
}

/** Removes the schedule of a source; a sync that it has started goes on. Throws 404 when there is none. */
export async function deleteSourceSchedule(ctx: Context, name: string): Promise<void> {
  const { id } = await requireSchedule(ctx, name);
  await removeSchedule(ctx, "warehouse", id);
}

async function requireSchedule(ctx: Context, name: string): Promise<ScheduleRow> {
  await requireSource(ctx, name);
  const schedule = await findSchedule(ctx, name);
  if (!schedule) throw notFound(`Source '${name}' has no schedule`);
  return schedule;
}

async function findSchedule(ctx: Context, name: string): Promise<ScheduleRow | undefined> {
  const schedules = await listSchedules(ctx.db, "warehouse");
  return schedules.find(({ job_type, subject }) => job_type === syncJob.type && subject === syncSubject(name));
}

function requireCron(cron: string, time_zone: string): void {
  const message = cronProblem(cron, time_zone);
  if (message === null) return;
  const field = message.startsWith("Unknown time zone") ? "time_zone" : "cron";
  throw badRequest(message, "INVALID_SCHEDULE", [{ field, message }]);
}

const renderSchedule = (source_name: string, row: ScheduleRow) => ({
  source_name,
  cron: row.cron_expression,
  time_zone: row.time_zone,
  enabled: row.enabled,
  full_refresh: syncParams.parse(row.params).full_refresh,
  next_run_at: documentTime(row.next_run_at),
  last_run_at: documentTime(row.last_run_at),
  last_job_id: row.last_job_id,
});
