import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ReportFormat, StatementBalance } from "../../formats/reports/report.ts";

/** A person's files: reports that were collected, and uploads. */
export const dataFiles = sqliteTable(
  "data_files",
  {
    owner: text().notNull(),
    filename: text().notNull(),
    object_key: text().notNull(),
    size_bytes: integer().notNull(),
    sha256: text().notNull(),
    content_type: text().notNull(),
    /** Id of the run that collected it, or `upload`. */
    origin: text().notNull(),
    /** Ms. */
    modified_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.owner, table.filename] }), index("data_files_object").on(table.object_key)],
);

/** What is known of a stored bank login; the login itself is sealed in the vault. */
export const bankLogins = sqliteTable("bank_logins", {
  owner: text().primaryKey(),
  /** Id of the recipe. */
  bank: text().notNull(),
  /** Ms. */
  stored_at: integer().notNull(),
  /** Ms; when the bank refused it, which stops the schedule until another one is stored. */
  refused_at: integer(),
});

/** Reports as the bank gave them; their rows are in the data files of the same owner that `data_files` names. */
export const bankReports = sqliteTable(
  "bank_reports",
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    /** Id of the recipe; null for an upload. */
    bank: text(),
    /** Which of the bank's reports it is. */
    report: text().notNull(),
    filename: text().notNull(),
    format: text().$type<ReportFormat>().notNull(),
    object_key: text().notNull(),
    size_bytes: integer().notNull(),
    sha256: text().notNull(),
    content_type: text().notNull(),
    data_files: text({ mode: "json" }).$type<string[]>().notNull(),
    rows: integer().notNull(),
    /** Rows that no earlier report had. */
    new_rows: integer().notNull(),
    balances: text({ mode: "json" }).$type<StatementBalance[]>().notNull(),
    /** Id of the run that collected it, or `upload`. */
    origin: text().notNull(),
    /** Ms. */
    received_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex("bank_reports_content").on(table.owner, table.report, table.sha256),
    index("bank_reports_received").on(table.owner, table.received_at),
    index("bank_reports_object").on(table.object_key),
  ],
);

/** Keys of the phones that forward one-time codes; only the hash of a key is kept. */
export const codeForwarders = sqliteTable(
  "code_forwarders",
  {
    owner: text().primaryKey(),
    key_hash: text().notNull(),
    /** Ms. */
    created_at: integer().notNull(),
  },
  (table) => [uniqueIndex("code_forwarders_key").on(table.key_hash)],
);

/** One row: what the deletion worker has done since the beginning. */
export const cleanupMetrics = sqliteTable("cleanup_metrics", {
  id: integer().primaryKey(),
  /** Ms. */
  last_run_at: integer(),
  total_deleted: integer().notNull().default(0),
  total_errors: integer().notNull().default(0),
  total_scans: integer().notNull().default(0),
});
