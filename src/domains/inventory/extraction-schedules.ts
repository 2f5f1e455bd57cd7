import type { Context } from "../../context.ts";
import { conflict, notFound } from "../../errors.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { listSchedules, type ScheduleRow } from "../../platform/schedules/schedule.store.ts";
import { changeSchedule, createSchedule, getSchedule, removeSchedule } from "../../platform/schedules/schedules.ts";
import { isoSeconds, requireExtraction } from "./extraction.ts";
import { extractionJob } from "./extraction.job.ts";
import { type ExtractionParams, extractionRequest } from "./extraction-params.ts";

export interface ExtractionScheduleInput extends ExtractionParams {
  name: string;
  description: string | null;
  cron_expression: string;
  time_zone: string;
  enabled: boolean;
}

/** The schedules of extractions, oldest first. */
export async function listExtractionSchedules(ctx: Context) {
  const rows = await listSchedules(ctx.db, "inventory");
  return rows.filter(({ job_type }) => job_type === extractionJob.type).map(renderListedSchedule);
}

/** Throws 404 for an id that is none of these schedules. */
export async function getExtractionSchedule(ctx: Context, id: string) {
  return renderSchedule(await getSchedule(ctx, "inventory", id));
}

/** Throws as a trigger does, and 400 for an expression or zone that cannot be used. */
export async function createExtractionSchedule(ctx: Context, input: ExtractionScheduleInput) {
  const { name, description, cron_expression, time_zone, enabled, ...params } = input;
  requireExtraction(ctx, params);
  const schedule = { name, description, cron_expression, time_zone, enabled };
  const row = await createSchedule(ctx, { ...schedule, domain: "inventory", job_type: extractionJob.type, params });
  return {
    schedule_id: row.id,
    name: row.name,
    cron_expression: row.cron_expression,
    next_run: isoTime(row.next_run_at),
    status: statusOf(row),
  };
}

/** Changes the fields given; throws as creating one does, and 404. */
export async function changeExtractionSchedule(ctx: Context, id: string, change: Partial<ExtractionScheduleInput>) {
  const before = await getSchedule(ctx, "inventory", id);
  const { name, description, cron_expression, time_zone, enabled, ...selection } = change;
  const params = { ...extractionRequest.parse(before.params), ...defined(selection) };
  requireExtraction(ctx, params);
  const fields = defined({ name, description, cron_expression, time_zone, enabled });
  return renderSchedule(await changeSchedule(ctx, "inventory", id, { ...fields, params }));
}

/** Pauses or resumes a schedule, which may be called by its name where that is unambiguous. */
export async function switchExtractionSchedule(ctx: Context, idOrName: string, enabled: boolean) {
  const { id } = await findByIdOrName(ctx, idOrName);
  return renderSchedule(await changeSchedule(ctx, "inventory", id, { enabled }));
}

/** Removes a schedule; extractions that it has started go on. */
export async function removeExtractionSchedule(ctx: Context, id: string): Promise<void> {
  await removeSchedule(ctx, "inventory", id);
}

async function findByIdOrName(ctx: Context, idOrName: string): Promise<ScheduleRow> {
  const rows = await listSchedules(ctx.db, "inventory");
  const byId = rows.find(({ id }) => id === idOrName);
  if (byId) return byId;
  const [named, ...more] = rows.filter(({ name }) => name === idOrName);
  if (!named) throw notFound(`Schedule not found: ${idOrName}`);
  if (more.length > 0) throw conflict(`${more.length + 1} schedules are named ${idOrName}: call it by its id`);
  return named;
}

const defined = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

const statusOf = ({ enabled }: ScheduleRow) => (enabled ? ("active" as const) : ("paused" as const));

function renderListedSchedule(row: ScheduleRow) {
  const { provider, services } = extractionRequest.parse(row.params);
  return {
    schedule_id: row.id,
    name: row.name,
    cron_expression: row.cron_expression,
    provider,
    services,
    enabled: row.enabled,
    last_run: row.last_run_at === null ? null : isoSeconds(row.last_run_at),
    next_run: isoTime(row.next_run_at),
    status: statusOf(row),
  };
}

function renderSchedule(row: ScheduleRow) {
  const { regions, filters, batch_size } = extractionRequest.parse(row.params);
  const { description, time_zone, last_job_id } = row;
  return {
    ...renderListedSchedule(row),
    ...{ regions, filters, batch_size, description, time_zone, last_job_id },
    created_at: isoSeconds(row.created_at),
    updated_at: isoSeconds(row.updated_at),
  };
}
