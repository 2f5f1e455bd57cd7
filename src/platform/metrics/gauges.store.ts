import { count, eq, inArray, sql, sum } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs } from "../jobs/tables.ts";
import { circuits } from "../outbound/tables.ts";
import { objects } from "../storage/tables.ts";

export function countLiveJobs(db: Database) {
  return db
    .select({ status: jobs.status, count: count() })
    .from(jobs)
    .where(inArray(jobs.status, ["pending", "running"]))
    .groupBy(jobs.status);
}

export function countDeadLetters(db: Database) {
  return db.select({ count: count(jobs.dead_lettered_at) }).from(jobs);
}

export function listCircuits(db: Database) {
  return db.select().from(circuits).orderBy(circuits.host);
}

export function measureLake(db: Database) {
  return db
    .select({ count: count(), bytes: sum(objects.size_bytes).mapWith(Number) })
    .from(objects)
    .where(eq(objects.state, "live"));
}

/** Names of the tables that hold rows of ours or of users; not SQLite's own, D1's or the migrations'. */
export function listTables(db: Database) {
  return db.all<{ name: string }>(sql`
    SELECT name FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'
      AND name NOT LIKE 'd1\\_%' ESCAPE '\\'
    ORDER BY name`);
}

/** Rows of each table, in one statement; at most 100 tables, as many as a result has columns. */
export function countRows(db: Database, tables: string[]) {
  const columns = tables.map(
    (table) => sql`(SELECT count(*) FROM ${sql.identifier(table)}) AS ${sql.identifier(table)}`,
  );
  return db.get<Record<string, number>>(sql`SELECT ${sql.join(columns, sql`, `)}`);
}

/** A query that reads nothing; what counts is the size of the database in its `meta.size_after`. */
export function readSize(db: Database) {
  return db.run(sql`SELECT 1`);
}
