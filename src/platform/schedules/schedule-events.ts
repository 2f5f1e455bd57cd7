import { and, eq, exists } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { isPersonalDomain } from "../jobs/control.ts";
import { insertEvent, type NewEvent } from "../webhooks/event.store.ts";
import type { ScheduleRow } from "./schedule.store.ts";
import { schedules, type StopReason } from "./tables.ts";

type EventContext = Pick<Context, "db" | "now">;
type Described = Pick<ScheduleRow, "id" | "domain" | "created_by" | "job_type"> & { name?: string };

/** For one batch: a run began late, or not at all; said once of each run. */
export const recordMissed = (
  ctx: EventContext,
  schedule: ScheduleRow,
  { late_ms, reason }: { late_ms: number; reason: string },
) => {
  const { id, next_run_at } = schedule;
  const due_at = new Date(next_run_at ?? 0).toISOString();
  const data = { due_at, late_seconds: Math.round(late_ms / 1000), reason };
  return insertEvent(ctx.db, about(schedule, "schedule.missed", `${id}:${next_run_at}`, data), ctx.now());
};

/** For one batch: a run that is due waits for a limit. */
export const recordWaiting = (ctx: EventContext, schedule: ScheduleRow, reason: string) =>
  insertEvent(
    ctx.db,
    about(schedule, "schedule.waiting", `${schedule.id}:${schedule.next_run_at}:${reason}`, { reason }),
    ctx.now(),
  );

/** For the batch that stops a schedule, behind that: its owner learns why, once for each `cause`. */
export function recordStopped(ctx: EventContext, schedule: Described, reason: StopReason, cause: string | number) {
  const stopped = and(eq(schedules.id, schedule.id), eq(schedules.stopped_for, reason));
  const only_if = exists(ctx.db.select({ id: schedules.id }).from(schedules).where(stopped));
  const event = about(schedule, "schedule.stopped", `${schedule.id}:${reason}:${cause}`, { reason });
  return insertEvent(ctx.db, { ...event, only_if }, ctx.now());
}

function about(schedule: Described, type: NewEvent["type"], fact: string, data: NewEvent["data"]): NewEvent {
  const { id, domain, name, created_by, job_type } = schedule;
  // A name that somebody chose for themselves may tell what is theirs.
  const shown = isPersonalDomain(domain) ? {} : { name };
  const facts = { schedule_id: id, domain, job_type, ...shown, ...data };
  // Everybody who banks has a schedule: of each that one outage delays, its owner hears.
  const is_private = domain === "banking" || type === "schedule.stopped";
  return { type, subject: id, owner: created_by, is_private, data: facts, fact: `${type}:${fact}` };
}
