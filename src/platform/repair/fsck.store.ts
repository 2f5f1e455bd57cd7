import { and, desc, eq, gte } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs } from "../jobs/tables.ts";
import { fsckKind } from "./fsck-kind.ts";

const isRun = eq(jobs.type, fsckKind.type);

/** A check that was created since, whatever became of it. */
export function findRunSince(db: Database, created_at: number) {
  return db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(isRun, gte(jobs.created_at, created_at)))
    .limit(1);
}

/** The last check that came to its end. */
export function findLastRun(db: Database) {
  return db
    .select()
    .from(jobs)
    .where(and(isRun, eq(jobs.status, "completed")))
    .orderBy(desc(jobs.id))
    .limit(1);
}
