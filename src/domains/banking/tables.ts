import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
