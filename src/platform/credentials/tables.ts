import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Sealed secrets; `sealed` names its key version and opens only for this owner, purpose and id. */
export const credentials = sqliteTable(
  "credentials",
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    purpose: text().notNull(),
    sealed: text().notNull(),
    key_version: integer().notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index("credentials_owner").on(table.owner, table.purpose),
    index("credentials_key_version").on(table.key_version),
  ],
);
