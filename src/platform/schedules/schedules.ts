import type { SQL } from "drizzle-orm";
import type { Context } from "../../context.ts";
import type { DomainName } from "../../config.ts";
import { badRequest, notFound, unavailable } from "../../errors.ts";
import { principalId } from "../auth/principal.ts";
import { timedId } from "../jobs/identifiers.ts";
import type { JsonObject } from "../jobs/tables.ts";
import { cronProblem, nextRun } from "./cron.ts";
import {
  deleteSchedule,
  findSchedule,
  insertSchedule,
  type ScheduleInsert,
  type ScheduleRow,
  updateSchedule,
  updateUnchangedSchedule,
} from "./schedule.store.ts";
import type { CatchUp } from "./tables.ts";

export interface ScheduleInput {
  domain: DomainName | "platform";
  name: string;
  description?: string | null;
  job_type: string;
  params: JsonObject;
  /** Subject of the jobs it starts: a run that comes due while the last still works is joined to it. */
  subject?: string | null;
  cron_expression: string;
  /** IANA name; UTC when absent. */
  time_zone?: string;
  catch_up?: CatchUp;
  enabled?: boolean;
  /** Principal whose it is; the caller when absent. */
  created_by?: string;
}

const ID_ATTEMPTS = 5;

function requireCron(cron_expression: string, time_zone: string): void {
  const problem = cronProblem(cron_expression, time_zone);
  if (!problem) return;
  const field = problem.startsWith("Unknown time zone") ? "time_zone" : "cron_expression";
  throw badRequest(problem, "INVALID_SCHEDULE", [{ field, message: problem }]);
}

/** Creates a schedule; 400 when its expression or zone cannot be used. */
export async function createSchedule(ctx: Context, input: ScheduleInput): Promise<ScheduleRow> {
  for (let attempt = 0; attempt < ID_ATTEMPTS; attempt++) {
    const schedule = await addSchedule(ctx, timedId("sched", ctx.now(), ctx.random), input);
    if (schedule) return schedule;
  }
  throw unavailable("No free schedule id could be found", { retry_after: 1 });
}

/** Creates the schedule of that id, or changes it when it is there; 400 when its expression or zone cannot be used. */
export async function putSchedule(ctx: Context, id: string, input: ScheduleInput): Promise<ScheduleRow> {
  return (await addSchedule(ctx, id, input)) ?? changeSchedule(ctx, input.domain, id, input);
}

/** Creates the schedule of that id; undefined, with nothing changed, when there is one. Throws as `createSchedule` does. */
export async function addSchedule(ctx: Context, id: string, input: ScheduleInput): Promise<ScheduleRow | undefined> {
  const [schedule] = await insertSchedule(ctx.db, newSchedule(ctx, id, input));
  return schedule;
}

/** The row of a schedule that is not there yet. Throws as `createSchedule` does. */
export function newSchedule(ctx: Context, id: string, input: ScheduleInput): ScheduleInsert {
  const { cron_expression, time_zone = "UTC", enabled = true } = input;
  requireCron(cron_expression, time_zone);
  const now = ctx.now();
  return {
    ...input,
    id,
    time_zone,
    enabled,
    next_run_at: enabled ? nextRun(cron_expression, time_zone, now) : null,
    created_by: input.created_by ?? principalId(ctx.principal),
    created_at: now,
    updated_at: now,
  };
}

/** The schedule, if it belongs to the domain; 404 otherwise. */
export async function getSchedule(ctx: Context, domain: DomainName | "platform", id: string): Promise<ScheduleRow> {
  const schedule = await findSchedule(ctx.db, id);
  if (schedule?.domain !== domain) throw notFound(`Schedule not found: ${id}`);
  return schedule;
}

type ScheduleChange = Partial<Omit<ScheduleInput, "domain">>;

/** Changes the fields given; the next run follows from the new expression, zone and switch. */
export async function changeSchedule(
  ctx: Context,
  domain: DomainName | "platform",
  id: string,
  change: ScheduleChange,
): Promise<ScheduleRow> {
  const before = await getSchedule(ctx, domain, id);
  const [after] = await updateSchedule(ctx.db, id, applyChange(ctx, before, change));
  if (!after) throw notFound(`Schedule not found: ${id}`);
  return after;
}

/** As above, but undefined, with nothing changed, when it was changed since it was read, or `condition` does not hold. */
export async function changeUnchangedSchedule(
  ctx: Context,
  before: ScheduleRow,
  change: ScheduleChange,
  condition?: SQL,
): Promise<ScheduleRow | undefined> {
  const [after] = await updateUnchangedSchedule(ctx.db, before, applyChange(ctx, before, change), condition);
  return after;
}

function applyChange(ctx: Context, before: ScheduleRow, change: ScheduleChange): Partial<ScheduleInsert> {
  const { cron_expression, time_zone, enabled } = { ...before, ...change };
  requireCron(cron_expression, time_zone);
  const now = ctx.now();
  return {
    ...change,
    // Whoever switches it, its owner's word counts from then on.
    ...(change.enabled === undefined ? {} : { stopped_for: null }),
    next_run_at: enabled ? nextRun(cron_expression, time_zone, now) : null,
    waits_for: null,
    updated_at: Math.max(now, before.updated_at + 1),
  };
}

/** Removes a schedule; jobs it has started go on. */
export async function removeSchedule(ctx: Context, domain: DomainName | "platform", id: string): Promise<ScheduleRow> {
  const schedule = await getSchedule(ctx, domain, id);
  await deleteSchedule(ctx.db, id);
  return schedule;
}
