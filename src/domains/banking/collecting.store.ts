import { and, eq, getTableColumns, inArray, isNotNull } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { users } from "../../platform/auth/tables.ts";
import { jobs, LIVE_STATUSES } from "../../platform/jobs/tables.ts";
import { COLLECT } from "./collection-schedule.ts";

/** Runs under way whose owner is blocked. */
export function listRunsOfBlocked(db: Database) {
  return db
    .select(getTableColumns(jobs))
    .from(jobs)
    .innerJoin(users, eq(users.id, jobs.created_by))
    .where(and(eq(jobs.type, COLLECT), inArray(jobs.status, LIVE_STATUSES), isNotNull(users.blocked_at)));
}
