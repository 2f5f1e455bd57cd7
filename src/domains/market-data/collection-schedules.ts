import type { Context } from "../../context.ts";
import { notFound, unprocessable } from "../../errors.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { listSchedules, type ScheduleRow } from "../../platform/schedules/schedule.store.ts";
import { changeSchedule, createSchedule, getSchedule, removeSchedule } from "../../platform/schedules/schedules.ts";
import { collectJob, type ScheduledSeries } from "./collection-schedules.job.ts";
import { downloadProblems } from "./download-params.ts";

export interface CollectionScheduleInput {
  name: string;
  series: ScheduledSeries[];
  cron_expression: string;
  time_zone: string;
  catch_up: "once" | "skip";
  enabled: boolean;
}

/** The schedules that keep series up to date, oldest first. */
export async function listCollectionSchedules(ctx: Context) {
  const rows = await listSchedules(ctx.db, "market-data");
  return rows.filter(({ job_type }) => job_type === collectJob.type).map(renderSchedule);
}

/** Throws 404 for an id that is none of these schedules. */
export async function getCollectionSchedule(ctx: Context, id: string) {
  return renderSchedule(await requireCollection(ctx, id));
}

/** Throws 422 for series that cannot be downloaded, 400 for an expression or zone that cannot be used. */
export async function createCollectionSchedule(ctx: Context, { series, ...input }: CollectionScheduleInput) {
  requireSeries(ctx, series);
  const schedule = { ...input, domain: "market-data" as const, job_type: collectJob.type, params: { series } };
  return renderSchedule(await createSchedule(ctx, schedule));
}

/** Changes the fields given; throws as creating one does, and 404. */
export async function changeCollectionSchedule(
  ctx: Context,
  id: string,
  { series, ...change }: Partial<CollectionScheduleInput>,
) {
  await requireCollection(ctx, id);
  if (series) requireSeries(ctx, series);
  return renderSchedule(
    await changeSchedule(ctx, "market-data", id, { ...change, ...(series ? { params: { series } } : {}) }),
  );
}

/** Removes a schedule; downloads that it has started go on. */
export async function removeCollectionSchedule(ctx: Context, id: string): Promise<void> {
  await requireCollection(ctx, id);
  await removeSchedule(ctx, "market-data", id);
}

async function requireCollection(ctx: Context, id: string): Promise<ScheduleRow> {
  const schedule = await getSchedule(ctx, "market-data", id);
  if (schedule.job_type !== collectJob.type) throw notFound(`Schedule not found: ${id}`);
  return schedule;
}

function requireSeries(ctx: Context, series: readonly ScheduledSeries[]): void {
  const errors = series.flatMap((entry, position) =>
    downloadProblems(entry, ctx.now()).map(({ field, message }) => ({
      field: `series.${position}.${field}`,
      message,
    })),
  );
  if (errors.length > 0) throw unprocessable(errors);
}

function renderSchedule(row: ScheduleRow) {
  const { id, name, cron_expression, time_zone, catch_up, enabled, last_job_id } = row;
  const { series } = collectJob.params.parse(row.params);
  return {
    id,
    name,
    series,
    cron_expression,
    time_zone,
    catch_up,
    enabled,
    next_run_at: isoTime(row.next_run_at),
    last_run_at: isoTime(row.last_run_at),
    last_job_id,
    created_at: isoTime(row.created_at) ?? "",
    updated_at: isoTime(row.updated_at) ?? "",
  };
}
