import { and, asc, eq, isNotNull, lte, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { DomainName } from "../../config.ts";
import { schedules, ticks } from "./tables.ts";

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

export function deleteSchedule(db: Database, id: string) {
  return db.delete(schedules).where(eq(schedules.id, id)).returning();
}

export function listDueSchedules(db: Database, now: number, limit: number) {
  return db
    .select()
    .from(schedules)
    .where(and(eq(schedules.enabled, true), isNotNull(schedules.next_run_at), lte(schedules.next_run_at, now)))
    .orderBy(asc(schedules.next_run_at))
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
