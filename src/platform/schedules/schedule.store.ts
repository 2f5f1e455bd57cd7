import { and, asc, eq, isNotNull, lte, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { DomainName } from "../../config.ts";
import { schedules, type StopReason, ticks } from "./tables.ts";

export type ScheduleRow = typeof schedules.$inferSelect;
export type ScheduleInsert = typeof schedules.$inferInsert;

export function insertSchedule(db: Database, row: ScheduleInsert) {
  return db.insert(schedules).values(row).onConflictDoNothing().returning();
}

export function findSchedule(db: Database, id: string) {
  return db.select().from(schedules).where(eq(schedules.id, id)).get();
}

export function listSchedules(db: Database, domain: DomainName | "platform") {
  return db.select().from(schedules).where(eq(schedules.domain, domain)).orderBy(asc(schedules.id));
}

export function updateSchedule(db: Database, id: string, change: Partial<ScheduleInsert>) {
  return db.update(schedules).set(change).where(eq(schedules.id, id)).returning();
}

/** Changes a schedule that nobody has changed since it was read, where `condition` holds. */
export function updateUnchangedSchedule(
  db: Database,
  { id, updated_at }: ScheduleRow,
  change: Partial<ScheduleInsert>,
  condition?: SQL,
) {
  const unchanged = and(eq(schedules.id, id), eq(schedules.updated_at, updated_at));
  return db.update(schedules).set(change).where(and(unchanged, condition)).returning();
}

/** Whoever has read the row before writes over nothing of this. */
const changedAt = (now: number) => sql`max(${schedules.updated_at} + 1, ${now})`;

const stopped = (stopped_for: StopReason, now: number) => ({
  enabled: false,
  next_run_at: null,
  waits_for: null,
  stopped_for,
  updated_at: changedAt(now),
});

/** Stops a schedule, stopped already or not, where `condition` holds; one that its owner has switched off stays as it is. */
export function stopSchedule(db: Database, id: string, reason: StopReason, now: number, condition: SQL) {
  const goesOn = or(eq(schedules.enabled, true), isNotNull(schedules.stopped_for));
  return db
    .update(schedules)
    .set(stopped(reason, now))
    .where(and(eq(schedules.id, id), goesOn, condition));
}

/** Stops somebody's schedules of a domain where `condition` holds; those that are off already stay as they are. */
export function stopSchedulesOf(
  db: Database,
  { created_by, domain }: { created_by: string; domain: ScheduleRow["domain"] },
  reason: StopReason,
  now: number,
  condition: SQL,
) {
  return db
    .update(schedules)
    .set(stopped(reason, now))
    .where(
      and(eq(schedules.created_by, created_by), eq(schedules.domain, domain), eq(schedules.enabled, true), condition),
    );
}

/** Somebody's schedules of a domain that were stopped for this reason. */
export function listStoppedSchedules(
  db: Database,
  created_by: string,
  domain: ScheduleRow["domain"],
  reason: StopReason,
) {
  const isTheirs = and(eq(schedules.created_by, created_by), eq(schedules.domain, domain));
  return db
    .select()
    .from(schedules)
    .where(and(isTheirs, eq(schedules.stopped_for, reason)));
}

/** Switches a schedule on again that was stopped for this reason, where `condition` holds. */
export function resumeSchedule(
  db: Database,
  id: string,
  reason: StopReason,
  next: { run_at: number; now: number },
  condition?: SQL,
) {
  return db
    .update(schedules)
    .set({ enabled: true, next_run_at: next.run_at, stopped_for: null, updated_at: changedAt(next.now) })
    .where(and(eq(schedules.id, id), eq(schedules.stopped_for, reason), condition));
}

/** For one batch: somebody's schedules of a domain go, the others are nobody's. */
export function eraseSchedulesOf(db: Database, created_by: string, domain: ScheduleRow["domain"]) {
  return [
    db.delete(schedules).where(and(eq(schedules.created_by, created_by), eq(schedules.domain, domain))),
    db.update(schedules).set({ created_by: null }).where(eq(schedules.created_by, created_by)),
  ] as const;
}

export function deleteSchedule(db: Database, id: string) {
  return db.delete(schedules).where(eq(schedules.id, id)).returning();
}

/**
 * Schedules that are due, those first that have not been refused by a limit yet, then the oldest of every owner before
 * their second: the many of one keep nobody else's from being tried.
 */
export function listDueSchedules(db: Database, now: number, limit: number) {
  const { waits_for, created_by, next_run_at } = schedules;
  const waits = isNotNull(waits_for);
  const place = sql`row_number() OVER (PARTITION BY ${waits}, ${created_by} ORDER BY ${next_run_at})`;
  return db
    .select()
    .from(schedules)
    .where(and(eq(schedules.enabled, true), isNotNull(next_run_at), lte(next_run_at, now)))
    .orderBy(waits, place, asc(next_run_at))
    .limit(limit);
}

/** Raises an error, and so rolls its batch back, when another tick has taken this run. */
export function guardDueRun(db: Database, schedule: ScheduleRow) {
  const due = sql<number>`CASE WHEN EXISTS (
    SELECT 1 FROM ${schedules}
    WHERE ${schedules.id} = ${schedule.id} AND ${schedules.enabled} AND ${schedules.next_run_at} = ${schedule.next_run_at}
  ) THEN 1 ELSE json('taken') END`;
  return db.select({ due }).from(sql`(SELECT 1)`);
}

export function recordTick(db: Database, ticked_at: number) {
  return db.insert(ticks).values({ id: 1, ticked_at }).onConflictDoUpdate({ target: ticks.id, set: { ticked_at } });
}

export function findTick(db: Database) {
  return db.select().from(ticks).where(eq(ticks.id, 1)).get();
}
