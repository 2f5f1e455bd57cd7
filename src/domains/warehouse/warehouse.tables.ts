import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** What a column holds; SQLite stores each value in the class that fits it. */
export type ColumnType = "integer" | "real" | "decimal" | "text" | "boolean" | "date" | "timestamp" | "time" | "json";

export interface WarehouseColumn {
  name: string;
  type: ColumnType;
}

/** A table that people read by `<schema>__<name>`, a view over the generation that counts. */
export const warehouseTables = sqliteTable(
  "_catchment_tables",
  {
    schema: text().notNull(),
    name: text().notNull(),
    /** Source or model that fills it. */
    owner: text().notNull(),
    /** The stored table is `<schema>__<name>__v<generation>`. */
    generation: integer().notNull(),
    columns: text({ mode: "json" }).$type<WarehouseColumn[]>().notNull(),
    /** Names of columns that did not fit and lie in `_extra`. */
    extra_columns: text({ mode: "json" }).$type<string[]>().notNull(),
    row_count: integer().notNull(),
    /** Ms. */
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.schema, table.name] })],
);

/** Where incremental streams go on; commits together with their rows. */
export const streamCursors = sqliteTable(
  "_catchment_cursors",
  {
    source: text().notNull(),
    stream: text().notNull(),
    /** Largest value of the cursor field that is loaded. */
    value: text(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.source, table.stream] })],
);

/** Files whose rows are in the warehouse, by their content. */
export const loadedFiles = sqliteTable(
  "_catchment_files",
  {
    source: text().notNull(),
    path: text().notNull(),
    sha256: text().notNull(),
    /** Ms of the upload that was loaded. */
    modified_at: integer().notNull(),
    rows_loaded: integer().notNull(),
    rows_rejected: integer().notNull(),
    status: text().$type<"success" | "failed">().notNull(),
    error_message: text(),
    loaded_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.source, table.path] })],
);

/** Rows of files that could not be read, for people to mend. */
export const rejectedRows = sqliteTable(
  "_catchment_rejected",
  {
    source: text().notNull(),
    path: text().notNull(),
    line: integer().notNull(),
    reason: text().notNull(),
    content: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.source, table.path, table.line] })],
);
