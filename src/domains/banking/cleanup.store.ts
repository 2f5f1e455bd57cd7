import { sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { accountDeletions } from "../../platform/auth/tables.ts";
import { cleanupMetrics } from "./tables.ts";

const ONLY = 1;

export function findCleanupMetrics(db: Database) {
  return db.select().from(cleanupMetrics).get();
}

export function countScan(db: Database, now: number) {
  return db
    .insert(cleanupMetrics)
    .values({ id: ONLY, last_run_at: now, total_scans: 1 })
    .onConflictDoUpdate({
      target: cleanupMetrics.id,
      set: { last_run_at: now, total_scans: sql`${cleanupMetrics.total_scans} + 1` },
    });
}

/** A fault after which nothing was left to be done is none. */
export function countError(db: Database, owner: string) {
  return db.update(cleanupMetrics).set({ total_errors: sql`${cleanupMetrics.total_errors} + ${isDue(owner)}` });
}

/** For the batch that ends a deletion, before its row goes: of two that end the same one, one counts. */
export function countDeleted(db: Database, owner: string) {
  return db.update(cleanupMetrics).set({ total_deleted: sql`${cleanupMetrics.total_deleted} + ${isDue(owner)}` });
}

const isDue = (owner: string) =>
  sql`(SELECT count(*) FROM ${accountDeletions} WHERE ${accountDeletions.owner} = ${owner})`;
