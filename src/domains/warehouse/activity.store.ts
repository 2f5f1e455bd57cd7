import { desc, eq, lt } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { activityLogs } from "./tables.ts";

export type LogRow = typeof activityLogs.$inferSelect;

export function insertLog(db: Database, row: Omit<LogRow, "id">) {
  return db.insert(activityLogs).values(row);
}

/** The latest lines, newest first. */
export function listLogs(db: Database, limit: number) {
  return db.select().from(activityLogs).orderBy(desc(activityLogs.id)).limit(limit);
}

/** The latest lines of one source, newest first. */
export function listLogsOfSource(db: Database, source: string, limit: number) {
  return db
    .select()
    .from(activityLogs)
    .where(eq(activityLogs.source, source))
    .orderBy(desc(activityLogs.id))
    .limit(limit);
}

/** Whether a line was written before a time (ms). */
export const isLogBefore = (time: number) => lt(activityLogs.timestamp, time);
