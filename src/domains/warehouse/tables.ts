import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
  created_by: text(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
});

/** Sources that a fresh local start brings; one that was deleted does not come back. */
export const defaultSources = sqliteTable("default_sources", {
  name: text().primaryKey(),
  /** Secret that it waits for before it is enabled; null once that was set. */
  waits_for: text(),
  created_at: integer().notNull(),
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

/** Files of the dbt project. */
export const dbtFiles = sqliteTable("dbt_files", {
  /** From the project's folder, such as `models/staging/stg_orders.sql`. */
  path: text().primaryKey(),
  content: text().notNull(),
  size_bytes: integer().notNull(),
  sha256: text().notNull(),
  /** Whether we wrote it over a source's tables, and may write it again. */
  generated: integer({ mode: "boolean" }).notNull(),
  updated_at: integer().notNull(),
});

export type NodeStatus = "success" | "error" | "skipped" | "pass" | "warn" | "fail";

/** How one node of the dbt project ended in a run. */
export interface NodeOutcome {
  unique_id: string;
  name: string;
  resource_type: string;
  status: NodeStatus;
  /** Why it failed or was skipped; what was done otherwise. */
  message: string;
  /** Rows that a test has found. */
  failures: number | null;
  /** Rows of the table once it was built; null for what has no rows of its own. */
  row_count: number | null;
  execution_seconds: number;
}

/** Runs of the dbt project. */
export const dbtRuns = sqliteTable(
  "dbt_runs",
  {
    /** Id of its job. */
    id: text().primaryKey(),
    command: text().$type<"run" | "test" | "build" | "seed" | "compile">().notNull(),
    /** What people call it: the model, or the selection. */
    label: text().notNull(),
    select: text({ mode: "json" }).$type<string[]>().notNull(),
    exclude: text({ mode: "json" }).$type<string[]>().notNull(),
    full_refresh: integer({ mode: "boolean" }).notNull(),
    vars: text({ mode: "json" }).$type<JsonObject>().notNull(),
    status: text().$type<"running" | "success" | "error">().notNull(),
    error_message: text(),
    /** Of its nodes in the order in which they ran; null while it runs. */
    outcomes: text({ mode: "json" }).$type<NodeOutcome[]>(),
    started_at: integer().notNull(),
    completed_at: integer(),
  },
  (table) => [index("dbt_runs_started").on(table.started_at)],
);

/** How each node of the dbt project ended the last time. */
export const dbtResults = sqliteTable(
  "dbt_results",
  {
    unique_id: text().primaryKey(),
    run_id: text().notNull(),
    /** Its place in that run. */
    position: integer().notNull(),
    name: text().notNull(),
    resource_type: text().notNull(),
    status: text().$type<NodeStatus>().notNull(),
    message: text().notNull(),
    failures: integer(),
    row_count: integer(),
    /** As dbt shows it, secrets masked; null when it could not be compiled. */
    compiled_code: text(),
    execution_seconds: real().notNull(),
    started_at: integer().notNull(),
    completed_at: integer().notNull(),
  },
  (table) => [index("dbt_results_run").on(table.run_id)],
);
