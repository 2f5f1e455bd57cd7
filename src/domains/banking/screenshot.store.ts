import { and, eq, gte, lt, notExists } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs } from "../../platform/jobs/tables.ts";
import { markAllOrphaned } from "../../platform/storage/objects.store.ts";
import { objects } from "../../platform/storage/tables.ts";

/** Before the names of all screenshots in the lake; the rest is the run's id. */
export const SCREENSHOTS = "banking-screenshots/";
/** `0` is the character after the slash. */
const AFTER_SCREENSHOTS = "banking-screenshots0";

/** Gives up the screenshots of runs that are gone, at most so many. */
export function orphanScreenshots(db: Database, now: number, limit: number) {
  const run = db.select({ id: jobs.id }).from(jobs).where(eq(jobs.id, objects.origin));
  const lost = db
    .select({ key: objects.key })
    .from(objects)
    .where(
      and(gte(objects.key, SCREENSHOTS), lt(objects.key, AFTER_SCREENSHOTS), eq(objects.state, "live"), notExists(run)),
    )
    .limit(limit);
  return markAllOrphaned(db, lost, now).returning({ size_bytes: objects.size_bytes });
}
