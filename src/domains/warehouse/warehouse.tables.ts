import type { ColumnType } from "../../formats/flatten-types.ts";
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A column and where its values come from. */
export interface ColumnOrigin {
  name: string;
  /** JSON pointer to the value in the source's row; the name itself for columns that loading or a model makes. */
  path: string;
}

export interface WarehouseColumn extends ColumnOrigin {
  type: ColumnType;
}

/** A table that a load works on. */
export interface LoadTable {
  /** Keys of the lists that lead here from a row of the stream; empty for the stream's own table. */
  lists: readonly string[];
  name: string;
  /** The one that is written. */
  generation: number;
  /** Whether that one exists; it is made with its first rows, or at the end. */
  created: boolean;
  /** The type is null until a value is seen; a column that stays without one gets `fallback` at the end. */
  columns: (ColumnOrigin & { type: ColumnType | null; fallback: ColumnType })[];
  extra_columns: ColumnOrigin[];
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
    /** What did not fit and lies in `_extra`. */
    extra_columns: text({ mode: "json" }).$type<ColumnOrigin[]>().notNull(),
    /** The table of the stream whose lists this one holds; its own name for others. */
    stream: text().notNull(),
    /** Keys that lead from a row of the stream to the list. */
    lists: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    row_count: integer().notNull(),
    /** Ms. */
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.schema, table.name] })],
);

/** The latest load of each stream: how far it is, in the same transaction as its rows. */
export const loads = sqliteTable(
  "_catchment_loads",
  {
    schema: text().notNull(),
    name: text().notNull(),
    owner: text().notNull(),
    /** Id of the load, such as its job's; another one begins afresh. */
    load: text().notNull(),
    replaces: integer({ mode: "boolean" }).notNull(),
    /** Where the next page begins. */
    position: text({ mode: "json" }),
    /** Tables that are being built; of a load that replaces only. */
    tables: text({ mode: "json" }).$type<LoadTable[]>().notNull(),
    /** Rows of the stream so far. */
    row_count: integer().notNull(),
    finished: integer({ mode: "boolean" }).notNull(),
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
