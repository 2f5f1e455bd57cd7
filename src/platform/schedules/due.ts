import type { Context } from "../../context.ts";
import { describeError } from "../http/log.ts";
import { PLATFORM_TOPIC } from "../events/protocol.ts";
import { isPersonalDomain } from "../jobs/control.ts";
import type { JobDefinitions } from "../jobs/define.ts";
import { isFenced } from "../jobs/running-job.ts";
import { startOrJoinJob } from "../jobs/start.ts";
import { isQuotaReached } from "../quotas/quotas.ts";
import { nextRun } from "./cron.ts";
import { recordMissed, recordWaiting } from "./schedule-events.ts";
import { guardDueRun, listDueSchedules, type ScheduleRow, updateSchedule } from "./schedule.store.ts";

const RUNS_A_TICK = 100;
/** A run this late was missed: nothing ticked when it was due. */
const MISSED_AFTER_MS = 3 * 60_000;

/** Starts one job for every schedule that is due, however many of its runs were missed; two ticks never start one twice. */
export async function startDueSchedules(ctx: Context, definitions: JobDefinitions): Promise<void> {
  for (const schedule of await listDueSchedules(ctx.db, ctx.now(), RUNS_A_TICK)) {
    try {
      await startOrWait(ctx, definitions, schedule);
    } catch (error) {
      if (isFenced(error)) continue;
      ctx.log.error("schedule_start_failed", { schedule_id: schedule.id, ...describeError(error) });
      await noteFailing(ctx, schedule);
    }
  }
}

async function startOrWait(ctx: Context, definitions: JobDefinitions, schedule: ScheduleRow): Promise<void> {
  try {
    await startRun(ctx, definitions, schedule);
  } catch (error) {
    if (!isQuotaReached(error)) throw error;
    await noteWaiting(ctx, schedule, error.message);
  }
}

async function startRun(ctx: Context, definitions: JobDefinitions, schedule: ScheduleRow): Promise<void> {
  const now = ctx.now();
  const next_run_at = nextRun(schedule.cron_expression, schedule.time_zone, now);
  const late_ms = now - (schedule.next_run_at ?? now);
  const isMissed = late_ms > MISSED_AFTER_MS && schedule.waits_for === null;
  const missed = (reason: string) => recordMissed(ctx, schedule, { late_ms, reason });
  const claim = [
    guardDueRun(ctx.db, schedule),
    updateSchedule(ctx.db, schedule.id, { next_run_at, last_run_at: now, waits_for: null }),
  ] as const;
  if (isMissed && schedule.catch_up === "skip") {
    const skip = updateSchedule(ctx.db, schedule.id, { next_run_at });
    await ctx.db.batch([guardDueRun(ctx.db, schedule), skip, missed("Nothing ran when it was due; it was left out")]);
    return ctx.log.warning("schedule_missed", { schedule_id: schedule.id, late_ms });
  }
  const definition = definitions.get(schedule.job_type);
  if (!definition) {
    await ctx.db.batch([...claim, missed("No code here runs its jobs")]);
    return ctx.log.error("schedule_without_code", { schedule_id: schedule.id, job_type: schedule.job_type });
  }
  const { created_by, domain } = schedule;
  const { job } = await startOrJoinJob(ctx, definition, schedule.params, {
    // Where jobs are somebody's own, those of a schedule belong to whom it belongs to.
    ...(created_by !== null && isPersonalDomain(domain) ? { created_by } : {}),
    ...(schedule.subject ? { subject: schedule.subject } : {}),
    before: [...claim, ...(isMissed ? [missed("Nothing ran when it was due; it runs now")] : [])],
    can_wait: true,
  });
  await updateSchedule(ctx.db, schedule.id, { last_job_id: job.id });
  ctx.log.info("schedule_started", { schedule_id: schedule.id, job_id: job.id });
}

/** A run that is tried every minute, in vain: said once. */
async function noteFailing(ctx: Context, schedule: ScheduleRow): Promise<void> {
  const late_ms = ctx.now() - (schedule.next_run_at ?? ctx.now());
  if (late_ms <= MISSED_AFTER_MS) return;
  await recordMissed(ctx, schedule, { late_ms, reason: "It could not be started; the log has why" }).catch(
    (error: unknown) => ctx.log.error("event_not_recorded", { schedule_id: schedule.id, ...describeError(error) }),
  );
}

/** The run stays due and is tried again every minute; the first time, its schedule and an event say so. */
async function noteWaiting(ctx: Context, schedule: ScheduleRow, reason: string): Promise<void> {
  if (schedule.waits_for === reason) return;
  await ctx.db.batch([
    updateSchedule(ctx.db, schedule.id, { waits_for: reason }),
    recordWaiting(ctx, schedule, reason),
  ]);
  ctx.log.warning("schedule_waits", { schedule_id: schedule.id, reason });
  await ctx.feeds.publish(PLATFORM_TOPIC, {
    type: "schedule.waiting",
    domain: schedule.domain,
    owner: schedule.created_by,
    data: { schedule_id: schedule.id, name: schedule.name, reason },
    at: ctx.now(),
  });
}
