import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
    state: text().$type<"pending" | "live" | "orphaned" | "deleting">().notNull(),
    state_since: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [index("objects_state").on(table.state, table.state_since)],
);
