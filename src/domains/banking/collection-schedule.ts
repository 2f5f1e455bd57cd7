import { not } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { conflict, notFound } from "../../errors.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { nextRun } from "../../platform/schedules/cron.ts";
import {
  findSchedule,
  insertSchedule,
  resumeSchedule,
  type ScheduleRow,
  stopSchedule as stopScheduleFor,
} from "../../platform/schedules/schedule.store.ts";
import { recordStopped } from "../../platform/schedules/schedule-events.ts";
import { addSchedule, changeUnchangedSchedule, newSchedule } from "../../platform/schedules/schedules.ts";
import { type BankLoginRow, findBankLogin, hasRefusedLogin, isRefusedSince } from "./bank-login.store.ts";
import { requireOwner } from "./owner.ts";

/** Type of the jobs that are runs; `collect` alone is the market data's. */
export const COLLECT = "bank-collect";

/** Only one live run may have it. */
export const collectionSubject = (owner: string) => `collection:${owner}`;

/** How often a change is tried that others come before. */
const PUT_ATTEMPTS = 10;

/** One id for each person, so that nobody has two. */
export const collectionScheduleId = (owner: string) => `collection_${owner}`;

export interface DailyTime {
  hour: number;
  minute: number;
  /** IANA name. */
  time_zone: string;
  enabled: boolean;
}

/** Has somebody's data collected daily at the configured time, unless they have a schedule, be it switched off. */
export async function ensureCollectionSchedule(ctx: Context, owner: string): Promise<void> {
  await addSchedule(ctx, collectionScheduleId(owner), scheduleOf(owner, configuredTime(ctx)));
}

/** When the caller's data are collected. Throws 404 `JOB_NOT_FOUND` without a schedule. */
export async function getCollectionSchedule(ctx: Context) {
  const schedule = await findCollectionSchedule(ctx, requireOwner(ctx));
  if (!schedule) throw noScheduledJob();
  return renderSchedule(schedule);
}

/**
 * Sets when the caller's data are collected; fields left out stay as they are. Throws 409 `LOGIN_REFUSED` when it is to
 * be switched on although the bank has refused the stored login, and `CONFLICT` when others always come before.
 */
export async function putCollectionSchedule(ctx: Context, change: Partial<DailyTime>) {
  const owner = requireOwner(ctx);
  for (let attempt = 0; attempt < PUT_ATTEMPTS; attempt++) {
    const schedule = await tryPut(ctx, owner, change);
    if (schedule) return renderSchedule(schedule);
  }
  throw conflict("The schedule is changed all the time: try again");
}

/** Undefined, with nothing changed, when the schedule was made, changed or removed meanwhile. */
async function tryPut(ctx: Context, owner: string, change: Partial<DailyTime>): Promise<ScheduleRow | undefined> {
  const [before, login] = await Promise.all([findCollectionSchedule(ctx, owner), findBankLogin(ctx.db, owner)]);
  if (change.enabled && login && login.refused_at !== null) {
    throw conflict("The bank refused the stored login: store another one first", "LOGIN_REFUSED");
  }
  if (!before) {
    return addSchedule(ctx, collectionScheduleId(owner), scheduleOf(owner, { ...configuredTime(ctx), ...change }));
  }
  const { enabled, ...time } = change;
  const { cron_expression, time_zone } = scheduleOf(owner, { ...readTime(before), ...time });
  const switched = enabled === undefined ? {} : { enabled };
  // A refusal that comes meanwhile leaves a schedule alone that is off.
  const condition = enabled ? not(hasRefusedLogin(ctx.db, owner)) : undefined;
  return changeUnchangedSchedule(ctx, before, { cron_expression, time_zone, ...switched }, condition);
}

/** When the caller's next run is due. Throws 404 `JOB_NOT_FOUND` without a schedule, or when it is switched off. */
export async function getNextRun(ctx: Context) {
  const next = await findNextRun(ctx, requireOwner(ctx));
  if (!next) throw noScheduledJob();
  const { seconds_until_next_run, next_run_timestamp_ms } = next;
  return {
    seconds_until_next: seconds_until_next_run,
    // As the document shows it, without a zone: UTC.
    next_run_time: new Date(next_run_timestamp_ms).toISOString().slice(0, 19),
    seconds_until_next_run,
    next_run_timestamp_ms,
  };
}

/** When somebody's next run is due; null when none is. */
export async function findNextRun(ctx: Context, owner: string) {
  const schedule = await findCollectionSchedule(ctx, owner);
  if (!schedule?.next_run_at) return null;
  const { next_run_at } = schedule;
  return {
    seconds_until_next_run: Math.max(0, (next_run_at - ctx.now()) / 1000),
    next_run_timestamp_ms: next_run_at,
  };
}

/** For the batch that notes that the bank refused a login at `refused_at` (ms): no run comes due any more, and its owner learns why. */
export function stopSchedule(
  ctx: Context,
  { owner, stored_at }: Pick<BankLoginRow, "owner" | "stored_at">,
  refused_at: number,
): [Statement, Statement] {
  const id = collectionScheduleId(owner);
  const schedule = { id, domain: "banking", job_type: COLLECT, created_by: owner } as const;
  return [
    stopScheduleFor(ctx.db, id, "login-refused", refused_at, isRefusedSince(ctx.db, owner, refused_at)),
    recordStopped(ctx, schedule, "login-refused", stored_at),
  ];
}

/** For the batch that stores a login: makes the schedule where there is none, and switches on what a refusal has stopped. */
export async function scheduleStoredLogin(ctx: Context, owner: string): Promise<Statement[]> {
  const id = collectionScheduleId(owner);
  const made = insertSchedule(ctx.db, newSchedule(ctx, id, scheduleOf(owner, configuredTime(ctx))));
  const before = await findCollectionSchedule(ctx, owner);
  const now = ctx.now();
  const run_at = before ? nextRun(before.cron_expression, before.time_zone, now) : null;
  return run_at === null ? [made] : [made, resumeSchedule(ctx.db, id, "login-refused", { run_at, now })];
}

const noScheduledJob = () => notFound("No scheduled job found", "JOB_NOT_FOUND");

const findCollectionSchedule = (ctx: Context, owner: string) => findSchedule(ctx.db, collectionScheduleId(owner));

const configuredTime = ({ config }: Context): DailyTime => ({
  hour: config.JOB_HOUR,
  minute: config.JOB_MINUTE,
  time_zone: config.JOB_TIME_ZONE,
  enabled: true,
});

const scheduleOf = (owner: string, { hour, minute, time_zone, enabled }: DailyTime) => ({
  domain: "banking" as const,
  name: "Daily collection",
  job_type: COLLECT,
  params: { owner },
  subject: collectionSubject(owner),
  cron_expression: `${minute} ${hour} * * *`,
  time_zone,
  catch_up: "once" as const,
  enabled,
  created_by: owner,
});

function readTime({ cron_expression, time_zone, enabled }: ScheduleRow): DailyTime {
  const [minute = 0, hour = 0] = cron_expression.split(" ").map(Number);
  return { hour, minute, time_zone, enabled };
}

const renderSchedule = (schedule: ScheduleRow) => ({
  ...readTime(schedule),
  next_run_at: schedule.next_run_at === null ? null : new Date(schedule.next_run_at).toISOString(),
});
