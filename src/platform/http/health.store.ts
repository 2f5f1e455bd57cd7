import { sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { users } from "../auth/tables.ts";
import { ticks } from "../schedules/tables.ts";

/** Whether a migration, by its file's name, was applied to this database; the table is wrangler's own. */
export const findMigration = (db: Database, name: string) =>
  db.all<{ name: string }>(sql`SELECT name FROM d1_migrations WHERE name = ${name}`);

export const findAnyUser = (db: Database) => db.select({ id: users.id }).from(users).limit(1);

export const findLastTick = (db: Database) => db.select({ ticked_at: ticks.ticked_at }).from(ticks).limit(1);
