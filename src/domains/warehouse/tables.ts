import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

type JsonObject = Record<string, unknown>;

/** A configured source; secrets are never here, `*_env` keys of the config name them. */
export const sources = sqliteTable("sources", {
  name: text().primaryKey(),
  type: text().notNull(),
  enabled: integer({ mode: "boolean" }).notNull().default(true),
  config: text({ mode: "json" }).$type<JsonObject>().notNull(),
  description: text(),
  tags: text({ mode: "json" }).$type<string[]>().notNull(),
  /** Days before the last cursor that each sync reads again. */
  lookback_days: integer(),
  auto_sync: integer({ mode: "boolean" }).notNull().default(true),
  auto_dbt: integer({ mode: "boolean" }).notNull().default(true),
  debounce_seconds: integer().notNull(),
  /** Ms at which a sync is due because files have changed; null when none is. */
  sync_due_at: integer(),
  schedule_id: text(),
  created_by: text(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
});

/** How each sync ended. */
export const syncHistory = sqliteTable(
  "sync_history",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    source: text().notNull(),
    job_id: text().notNull(),
    /** Ms at which it ended. */
    timestamp: integer().notNull(),
    status: text().$type<"success" | "failed">().notNull(),
    duration_seconds: integer().notNull(),
    /** Rows of this run. */
    rows_processed: integer().notNull(),
    full_refresh: integer({ mode: "boolean" }).notNull(),
    error_message: text(),
  },
  (table) => [index("sync_history_source").on(table.source, table.id)],
);

export type LogLevel = "INFO" | "WARNING" | "ERROR" | "SUCCESS";

/** What happened, for people; `source` is null for what concerns none. */
export const activityLogs = sqliteTable(
  "activity_logs",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    timestamp: integer().notNull(),
    level: text().$type<LogLevel>().notNull(),
    message: text().notNull(),
    source: text(),
  },
  (table) => [
    index("activity_logs_source").on(table.source, table.id),
    index("activity_logs_time").on(table.timestamp),
  ],
);

/** CSV files of a source as they were uploaded; what is loaded of them is in the warehouse. */
export const csvFiles = sqliteTable(
  "csv_files",
  {
    source: text().notNull(),
    /** As answers show it, such as `/data/uploads/sales/sales_2024.csv`. */
    path: text().notNull(),
    filename: text().notNull(),
    object_key: text().notNull(),
    size_bytes: integer().notNull(),
    sha256: text().notNull(),
    /** Ms at which it was uploaded. */
    modified_at: integer().notNull(),
    /** Ms at which it was deleted; shown for seven days. */
    deleted_at: integer(),
  },
  (table) => [primaryKey({ columns: [table.source, table.path] })],
);
