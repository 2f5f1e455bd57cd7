import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * Every object in the lake. `pending` is written before the bytes, `live` by the batch that switches a
 * row to the object, `orphaned` by the batch that switches it away; the sweeper claims old rows that
 * are not live as `deleting` and removes bytes and row.
 */
export const objects = sqliteTable(
  "objects",
  {
    key: text().primaryKey(),
    path: text().notNull(),
    size_bytes: integer().notNull(),
    sha256: text().notNull(),
    content_type: text().notNull(),
    origin: text().notNull(),
    /** Whose bytes count against a quota, as `principalName` writes it; null for those of the platform and of instruments. */
    owner: text(),
    /** R2's own id of an upload in parts that is under way; the sweeper ends one that was given up. */
    r2_upload_id: text(),
    state: text().$type<"pending" | "live" | "orphaned" | "deleting">().notNull(),
    state_since: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [
    index("objects_state").on(table.state, table.state_since),
    index("objects_owner").on(table.owner, table.state, table.size_bytes),
  ],
);

/** Files that callers send part by part; the object's own row holds its state and R2's id of the upload. */
export const uploads = sqliteTable(
  "uploads",
  {
    id: text().primaryKey(),
    /** Who may go on with it, as `principalName` writes it. */
    owner: text().notNull(),
    domain: text().notNull(),
    filename: text().notNull(),
    object_key: text().notNull(),
    r2_upload_id: text().notNull(),
    /** What the caller announced, then what it is. */
    size_bytes: integer(),
    sha256: text(),
    state: text().$type<"open" | "completed">().notNull(),
    created_at: integer().notNull(),
    /** Last sign of life; one that is not used for its retention is swept. */
    updated_at: integer().notNull(),
  },
  (table) => [index("uploads_updated").on(table.updated_at), index("uploads_object").on(table.object_key)],
);

export const uploadParts = sqliteTable(
  "upload_parts",
  {
    upload_id: text().notNull(),
    part: integer().notNull(),
    size_bytes: integer().notNull(),
    etag: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.upload_id, table.part] })],
);
