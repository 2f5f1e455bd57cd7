import { and, count, desc, eq, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { DataFileRow } from "./data-file.store.ts";
import { bankReports, dataFiles } from "./tables.ts";

export type BankReportRow = typeof bankReports.$inferSelect;

/** What a batch says that would write over a data file which is no longer the one that was read. */
export const FILE_CHANGED = "data file changed";

/** The report of this very content. */
export function findReportByContent(
  db: Database,
  { owner, report, sha256 }: Pick<BankReportRow, "owner" | "report" | "sha256">,
) {
  return db
    .select()
    .from(bankReports)
    .where(and(eq(bankReports.owner, owner), eq(bankReports.report, report), eq(bankReports.sha256, sha256)))
    .limit(1);
}

export function findReport(db: Database, owner: string, id: string) {
  return db
    .select()
    .from(bankReports)
    .where(and(eq(bankReports.owner, owner), eq(bankReports.id, id)))
    .limit(1);
}

/** Newest first; `limit` rows after `offset`. */
export function listReportRows(db: Database, owner: string, page: { offset: number; limit: number }) {
  return db
    .select()
    .from(bankReports)
    .where(eq(bankReports.owner, owner))
    .orderBy(desc(bankReports.received_at), desc(bankReports.id))
    .limit(page.limit)
    .offset(page.offset);
}

export function countReports(db: Database, owner: string) {
  return db.select({ total: count() }).from(bankReports).where(eq(bankReports.owner, owner));
}

/** Raises for a content that the owner has under that name already. */
export function insertReport(db: Database, row: BankReportRow) {
  return db.insert(bankReports).values(row);
}

/** What became of a report that was merged again. */
export function updateReport(db: Database, { id, data_files, rows, new_rows }: BankReportRow) {
  return db.update(bankReports).set({ data_files, rows, new_rows }).where(eq(bankReports.id, id));
}

/** Deletes the row; returns none when it is gone. */
export function deleteReport(db: Database, { owner, id }: BankReportRow) {
  return db
    .delete(bankReports)
    .where(and(eq(bankReports.owner, owner), eq(bankReports.id, id)))
    .returning({ id: bankReports.id });
}

/** Raises `FILE_CHANGED` unless the file is the one that was read, null standing for none, so that the batch rolls back. */
export function requireDataFile(
  db: Database,
  { owner, filename, object_key }: Pick<DataFileRow, "owner" | "filename"> & { object_key: string | null },
) {
  const current = sql`(SELECT object_key FROM data_files WHERE owner = ${owner} AND filename = ${filename})`;
  return db
    .select({ same: sql`CASE WHEN ${current} IS ${object_key} THEN 1 ELSE json_extract('{}', ${FILE_CHANGED}) END` })
    .from(sql`(SELECT 1)`);
}

export function putDataFile(db: Database, row: DataFileRow) {
  const { owner: _owner, filename: _filename, ...set } = row;
  return db
    .insert(dataFiles)
    .values(row)
    .onConflictDoUpdate({ target: [dataFiles.owner, dataFiles.filename], set });
}
