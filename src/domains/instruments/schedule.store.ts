import { and, asc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { schedules } from "../../platform/schedules/tables.ts";

const instrumentOf = sql`json_extract(${schedules.params}, '$.instrument_id')`;

/** Which of the platform's schedules harvest. */
export const isHarvestSchedule: SQL = sql`${schedules.domain} = 'instruments' AND ${schedules.job_type} = 'harvest'`;

/** The schedules of an instrument that are switched on, oldest first. */
export const listActiveSchedules = (db: Database, instrument_id: string) =>
  db
    .select()
    .from(schedules)
    .where(
      and(
        isHarvestSchedule,
        eq(instrumentOf, instrument_id),
        eq(schedules.enabled, true),
        isNull(schedules.deleted_at),
      ),
    )
    .orderBy(asc(schedules.created_at), asc(schedules.id));

/** Switches the schedules of an instrument off. */
export const stopSchedulesOf = (db: Database, instrument_id: string, now: number) =>
  db
    .update(schedules)
    .set({ enabled: false, next_run_at: null, updated_at: sql`max(${now}, ${schedules.updated_at} + 1)` })
    .where(and(isHarvestSchedule, eq(instrumentOf, instrument_id)));
