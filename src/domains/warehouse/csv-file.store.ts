import { and, asc, eq, isNull, or, gt } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { csvFiles } from "./tables.ts";
import { loadedFiles } from "./warehouse.tables.ts";

export type CsvFileRow = typeof csvFiles.$inferSelect;
export type LoadedFileRow = typeof loadedFiles.$inferSelect;

const isFile = (source: string, path: string) => and(eq(csvFiles.source, source), eq(csvFiles.path, path));

/** The file under a path, unless it was deleted. */
export function findCsvFile(db: Database, source: string, path: string) {
  return db
    .select()
    .from(csvFiles)
    .where(and(isFile(source, path), isNull(csvFiles.deleted_at)))
    .get();
}

/** Files that are there, and those deleted since a time. */
export function listCsvFiles(db: Database, source: string, deleted_after: number) {
  return db
    .select()
    .from(csvFiles)
    .where(and(eq(csvFiles.source, source), or(isNull(csvFiles.deleted_at), gt(csvFiles.deleted_at, deleted_after))))
    .orderBy(asc(csvFiles.path));
}

/** Names an uploaded file; one that was deleted comes back. Nothing is changed, and no row returned, while it is there. */
export function putCsvFile(db: Database, row: CsvFileRow) {
  const { object_key, size_bytes, sha256, modified_at, filename } = row;
  return db
    .insert(csvFiles)
    .values(row)
    .onConflictDoUpdate({
      target: [csvFiles.source, csvFiles.path],
      set: { object_key, size_bytes, sha256, modified_at, filename, deleted_at: null },
    });
}

export function markCsvFileDeleted(db: Database, source: string, path: string, now: number) {
  return db.update(csvFiles).set({ deleted_at: now }).where(isFile(source, path));
}

export function deleteCsvFilesOf(db: Database, source: string) {
  return db.delete(csvFiles).where(eq(csvFiles.source, source));
}

/** What of a source's files is in the warehouse. */
export function listLoadedFiles(warehouse: Database, source: string) {
  return warehouse.select().from(loadedFiles).where(eq(loadedFiles.source, source));
}
