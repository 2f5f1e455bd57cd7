import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** One circuit per upstream host; shared by all isolates, read through a short cache. */
export const circuits = sqliteTable("circuits", {
  host: text().primaryKey(),
  faults: integer().notNull().default(0),
  open_seconds: integer().notNull().default(0),
  open_until: integer().notNull().default(0),
  /** Until when the single probe of a half-open circuit may take. */
  probe_until: integer().notNull().default(0),
  updated_at: integer().notNull(),
});
