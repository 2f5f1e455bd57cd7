import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { DomainName } from "../../config.ts";

export type JobStatus = "pending" | "running" | "completed" | "failed" | "cancelled";
/** Of jobs that are waited for or worked on. */
export const LIVE_STATUSES: JobStatus[] = ["pending", "running"];
export type QueueName = "ingestion" | "extraction" | "sync";
export type JsonObject = Record<string, unknown>;

export const jobs = sqliteTable(
  "jobs",
  {
    id: text().primaryKey(),
    flow_run_id: text().notNull(),
    type: text().notNull(),
    /** Version of the definition that wrote `cursor`. */
    version: integer().notNull(),
    domain: text().$type<DomainName | "platform">().notNull(),
    queue: text().$type<QueueName>().notNull(),
    status: text().$type<JobStatus>().notNull(),
    /** What only one live job may work on; null where jobs of a type do not exclude each other. */
    subject: text(),
    /** Jobs of a type that share a lane wait for one another beyond `lane_limit` running, all lanes beyond `type_limit`. */
    lane: text(),
    lane_limit: integer(),
    type_limit: integer(),
    /** Row of the fence that guards this job's commits: the subject, or the job itself. */
    fence_subject: text().notNull(),
    params: text({ mode: "json" }).$type<JsonObject>().notNull(),
    cursor: text({ mode: "json" }).$type<unknown>(),
    progress: text({ mode: "json" }).$type<JsonObject>().notNull(),
    results: text({ mode: "json" }).$type<JsonObject>(),
    errors: text({ mode: "json" }).$type<string[]>().notNull(),
    attempts: integer().notNull().default(0),
    /** Attempts in a row that made no progress. */
    failures: integer().notNull().default(0),
    epoch: integer().notNull().default(0),
    lease_taken_at: integer(),
    lease_expires_at: integer(),
    sent_at: integer().notNull(),
    /** Times the sweeper sent the message again since the last claim. */
    resends: integer().notNull().default(0),
    /** When the dead-letter queue gave the job up. */
    dead_lettered_at: integer(),
    next_attempt_at: integer(),
    created_at: integer().notNull(),
    started_at: integer(),
    completed_at: integer(),
    created_by: text(),
  },
  (table) => [
    uniqueIndex("jobs_flow_run").on(table.flow_run_id),
    uniqueIndex("jobs_live_subject")
      .on(table.subject)
      .where(sql`status IN ('pending', 'running')`),
    index("jobs_type").on(table.type, table.id),
    index("jobs_status").on(table.status, table.id),
  ],
);

/** The epoch of the attempt that may commit for a subject; see the same table in the warehouse. */
export const fence = sqliteTable("fence", {
  subject: text().primaryKey(),
  epoch: integer().notNull(),
});
