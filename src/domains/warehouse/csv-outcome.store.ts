import { and, asc, count, eq, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { LoadedFileRow } from "./csv-file.store.ts";
import { loadedFiles, rejectedRows } from "./warehouse.tables.ts";

interface FileKey {
  source: string;
  path: string;
}

/** Records what became of a file; commits with the swap that shows its rows. */
export function upsertLoadedFile(warehouse: Database, row: LoadedFileRow) {
  return warehouse
    .insert(loadedFiles)
    .values(row)
    .onConflictDoUpdate({ target: [loadedFiles.source, loadedFiles.path], set: row });
}

const isNone = (column: typeof loadedFiles.path | typeof rejectedRows.path, paths: readonly string[]) =>
  sql`${column} NOT IN (SELECT value FROM json_each(${JSON.stringify(paths)}))`;

/** Forgets files of a source but those that are there; without `paths` all of them. */
export function forgetOtherFiles(warehouse: Database, source: string, paths: readonly string[] = []) {
  return [
    warehouse.delete(loadedFiles).where(and(eq(loadedFiles.source, source), isNone(loadedFiles.path, paths))),
    warehouse.delete(rejectedRows).where(and(eq(rejectedRows.source, source), isNone(rejectedRows.path, paths))),
  ];
}

export function insertRejected(warehouse: Database, row: typeof rejectedRows.$inferInsert) {
  const { reason, content } = row;
  return warehouse
    .insert(rejectedRows)
    .values(row)
    .onConflictDoUpdate({
      target: [rejectedRows.source, rejectedRows.path, rejectedRows.line],
      set: { reason, content },
    });
}

export function deleteRejected(warehouse: Database, { source, path }: FileKey) {
  return warehouse.delete(rejectedRows).where(and(eq(rejectedRows.source, source), eq(rejectedRows.path, path)));
}

/** Rows that could not be read, of a source or of one of its files, as they come. */
export function listRejected(
  warehouse: Database,
  source: string,
  path: string | null,
  page: { limit: number; offset: number },
) {
  return warehouse
    .select()
    .from(rejectedRows)
    .where(isRejectedOf(source, path))
    .orderBy(asc(rejectedRows.path), asc(rejectedRows.line))
    .limit(page.limit)
    .offset(page.offset);
}

export function countRejected(warehouse: Database, source: string, path: string | null) {
  return warehouse.select({ total: count() }).from(rejectedRows).where(isRejectedOf(source, path));
}

const isRejectedOf = (source: string, path: string | null) =>
  and(eq(rejectedRows.source, source), path === null ? undefined : eq(rejectedRows.path, path));
