import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The warehouse's own copy of the fence, so that a batch there is guarded in its own transaction. */
export const warehouseFence = sqliteTable("_catchment_fence", {
  subject: text().primaryKey(),
  epoch: integer().notNull(),
});
