import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { DomainName } from "../../config.ts";
import type { JsonObject } from "../jobs/tables.ts";

/** What happens to runs missed while nothing ticked: one run makes up for all, or none does. */
export type CatchUp = "once" | "skip";

/** What has switched a schedule off for its owner; the end of it switches the schedule on again. */
export type StopReason = "login-refused" | "leaving";

export const schedules = sqliteTable(
  "schedules",
  {
    id: text().primaryKey(),
    domain: text().$type<DomainName | "platform">().notNull(),
    name: text().notNull(),
    description: text(),
    job_type: text().notNull(),
    params: text({ mode: "json" }).$type<JsonObject>().notNull(),
    subject: text(),
    cron_expression: text().notNull(),
    time_zone: text().notNull().default("UTC"),
    catch_up: text().$type<CatchUp>().notNull().default("once"),
    enabled: integer({ mode: "boolean" }).notNull().default(true),
    next_run_at: integer(),
    last_run_at: integer(),
    last_job_id: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    /** Ms; set where a domain keeps what it deletes. Such a schedule is switched off, too. */
    deleted_at: integer(),
    /** Null while it is on, and where somebody has switched it off themselves. */
    stopped_for: text().$type<StopReason>(),
    /** Why a run that is due has not begun: the limit that it waits for. Such a run is late, but never missed. */
    waits_for: text(),
  },
  (table) => [
    index("schedules_due").on(table.enabled, table.next_run_at),
    index("schedules_domain").on(table.domain, table.id),
  ],
);

/** One row: when the scheduled handler last ran, so that health can say whether anything ticks. */
export const ticks = sqliteTable("ticks", {
  id: integer().primaryKey(),
  ticked_at: integer().notNull(),
});
