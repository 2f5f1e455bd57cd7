import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Answers to POSTs that carried an `Idempotency-Key`; `status` is null while the first is under way. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    principal: text().notNull(),
    route: text().notNull(),
    key: text().notNull(),
    body_hash: text().notNull(),
    status: integer(),
    response: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.principal, table.route, table.key] }),
    index("idempotency_keys_created").on(table.created_at),
  ],
);
