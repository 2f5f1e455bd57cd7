import { and, asc, eq, getTableColumns, sql } from "drizzle-orm";
import type { Database } from "../../../context.ts";
import { dbtFiles } from "../tables.ts";

export type ProjectFileRow = typeof dbtFiles.$inferSelect;

/** Files by path, without their texts. */
export function listProjectFiles(db: Database) {
  const { content: _content, ...columns } = getTableColumns(dbtFiles);
  return db.select(columns).from(dbtFiles).orderBy(asc(dbtFiles.path));
}

/** Files by path, with their texts. */
export function readProjectFiles(db: Database) {
  return db.select({ path: dbtFiles.path, content: dbtFiles.content }).from(dbtFiles).orderBy(asc(dbtFiles.path));
}

export function findProjectFile(db: Database, path: string) {
  return db.select().from(dbtFiles).where(eq(dbtFiles.path, path)).get();
}

/** How many files there are, and how large they are together. */
export function measureProject(db: Database) {
  return db
    .select({ files: sql<number>`count(*)`, size_bytes: sql<number>`coalesce(sum(${dbtFiles.size_bytes}), 0)` })
    .from(dbtFiles);
}

export function putProjectFile(db: Database, row: ProjectFileRow) {
  return db.insert(dbtFiles).values(row).onConflictDoUpdate({ target: dbtFiles.path, set: row });
}

/** Writes a file of ours, unless the user has one of that name. */
export function putGeneratedFile(db: Database, row: ProjectFileRow) {
  return db
    .insert(dbtFiles)
    .values(row)
    .onConflictDoUpdate({
      target: dbtFiles.path,
      set: row,
      setWhere: and(eq(dbtFiles.generated, true), sql`${dbtFiles.sha256} <> ${row.sha256}`),
    });
}

export function deleteProjectFile(db: Database, path: string) {
  return db.delete(dbtFiles).where(eq(dbtFiles.path, path)).returning({ path: dbtFiles.path });
}

/** Forgets the user's own files. */
export function deleteOwnFiles(db: Database) {
  return db.delete(dbtFiles).where(eq(dbtFiles.generated, false));
}

/** Forgets the files that we wrote whose paths begin with `start`, but for these. */
export function deleteGeneratedFiles(db: Database, start: string, kept: readonly string[]) {
  const isMeant = sql`substr(${dbtFiles.path}, 1, ${start.length}) = ${start}`;
  // Parameters are few, so the list is one.
  const isOther = sql`${dbtFiles.path} NOT IN (SELECT value FROM json_each(${JSON.stringify(kept)}))`;
  return db.delete(dbtFiles).where(and(eq(dbtFiles.generated, true), isMeant, isOther));
}
