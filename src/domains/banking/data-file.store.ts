import { and, asc, count, eq, sql, sum } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { dataFiles } from "./tables.ts";

export type DataFileRow = typeof dataFiles.$inferSelect;

/** What a batch says after which the owner would have more than the quota. */
export const OVER_QUOTA = "over quota";

const isFile = (owner: string, filename: string) => and(eq(dataFiles.owner, owner), eq(dataFiles.filename, filename));

export function findDataFile(db: Database, owner: string, filename: string) {
  return db.select().from(dataFiles).where(isFile(owner, filename)).limit(1);
}

/** By name; `limit` rows after `offset`. */
export function listDataFiles(db: Database, owner: string, page: { offset: number; limit: number }) {
  return db
    .select()
    .from(dataFiles)
    .where(eq(dataFiles.owner, owner))
    .orderBy(asc(dataFiles.filename))
    .limit(page.limit)
    .offset(page.offset);
}

/** How many files somebody has, and their bytes. */
export function countDataFiles(db: Database, owner: string) {
  return db
    .select({ total: count(), bytes: sum(dataFiles.size_bytes).mapWith(Number) })
    .from(dataFiles)
    .where(eq(dataFiles.owner, owner));
}

export function insertDataFile(db: Database, row: DataFileRow) {
  return db.insert(dataFiles).values(row);
}

/** Raises `OVER_QUOTA` when the owner's files and original reports are larger than the quota, so that the batch rolls back. */
export function requireQuota(db: Database, owner: string, quota_bytes: number) {
  const files = sql`(SELECT coalesce(sum(size_bytes), 0) FROM data_files WHERE owner = ${owner})`;
  const reports = sql`(SELECT coalesce(sum(size_bytes), 0) FROM bank_reports WHERE owner = ${owner})`;
  return db
    .select({
      within: sql`CASE WHEN ${files} + ${reports} <= ${quota_bytes} THEN 1 ELSE json_extract('{}', ${OVER_QUOTA}) END`,
    })
    .from(sql`(SELECT 1)`);
}

/** Deletes this very file, not one that has taken its name since; returns no row when it is gone. */
export function deleteDataFile(db: Database, { owner, filename, object_key }: DataFileRow) {
  return db
    .delete(dataFiles)
    .where(and(isFile(owner, filename), eq(dataFiles.object_key, object_key)))
    .returning({ object_key: dataFiles.object_key });
}
