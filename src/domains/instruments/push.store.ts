import { and, desc, eq, gt, lt, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { objects } from "../../platform/storage/tables.ts";
import { fileTransfers, instrumentFiles } from "./tables.ts";

const { id, instrument_id, source_path, transfer_id } = instrumentFiles;

/** A file whose delivery failed is none that the instrument's computer need know of. */
const isAccepted = sql`(${transfer_id} IS NOT NULL OR EXISTS (
  SELECT 1 FROM ${fileTransfers} WHERE ${fileTransfers.file_id} = ${id} AND ${fileTransfers.status} = 'skipped'))`;

/** A path of an instrument, whatever became of it. */
export const findPath = (db: Database, instrument: string, path: string) =>
  db
    .select()
    .from(instrumentFiles)
    .where(and(eq(instrument_id, instrument), eq(source_path, path)))
    .limit(1);

/** The same if it was delivered, or skipped by a hook. */
export const findAccepted = (db: Database, instrument: string, path: string) =>
  db
    .select()
    .from(instrumentFiles)
    .where(and(eq(instrument_id, instrument), eq(source_path, path), isAccepted))
    .limit(1);

/** Whether one of these paths is a file. */
export const findFileAmong = (db: Database, instrument: string, paths: readonly string[]) =>
  db
    .select({ source_path })
    .from(instrumentFiles)
    .where(
      and(
        eq(instrument_id, instrument),
        sql`${source_path} IN (SELECT value FROM json_each(${JSON.stringify(paths)}))`,
        isAccepted,
      ),
    )
    .limit(1);

/** Paths that begin with a folder's, slash included, are those before this. */
const endOf = (folder: string) => (folder === "" ? "\u{10FFFF}" : `${folder.slice(0, -1)}0`);

/** Whether something is in a folder, which is named with its last slash. */
export const findInFolder = (db: Database, instrument: string, folder: string) =>
  db
    .select({ source_path })
    .from(instrumentFiles)
    .where(and(eq(instrument_id, instrument), gt(source_path, folder), lt(source_path, endOf(folder)), isAccepted))
    .limit(1);

/**
 * What is right in a folder, in the order of names: of each folder below it the first file, of which there may be many
 * that are not looked at. `after` is a path of the page before; of a folder, the last that it could have.
 */
export function listFolder(db: Database, instrument: string, folder: string, after: string, limit: number) {
  const next = (start: ReturnType<typeof sql>) => sql`(SELECT ${source_path} FROM ${instrumentFiles}
    WHERE ${instrument_id} = ${instrument} AND ${source_path} > ${start} AND ${source_path} < ${endOf(folder)}
      AND ${isAccepted} ORDER BY ${source_path} LIMIT 1)`;
  // SQLite counts code points.
  const length = Array.from(folder).length;
  const below = sql`instr(substr(child.path, ${length} + 1), '/')`;
  const beyond = sql`CASE WHEN ${below} = 0 THEN child.path
    ELSE substr(child.path, 1, ${length} + ${below}) || char(1114111) END`;
  const children = sql`(WITH RECURSIVE child (path) AS (
    SELECT ${next(sql`${after}`)} UNION ALL SELECT ${next(beyond)} FROM child WHERE child.path IS NOT NULL LIMIT ${limit}
  ) SELECT path FROM child WHERE path IS NOT NULL)`;
  return db
    .select()
    .from(instrumentFiles)
    .where(and(eq(instrument_id, instrument), sql`${source_path} IN ${children}`))
    .orderBy(source_path);
}

/** The newest try at a file. */
export const findLastTransfer = (db: Database, file_id: string) =>
  db
    .select()
    .from(fileTransfers)
    .where(eq(fileTransfers.file_id, file_id))
    .orderBy(desc(fileTransfers.created_at), desc(fileTransfers.id))
    .limit(1);

/** The newest object below a prefix that no row names yet. */
export const findPendingBelow = (db: Database, prefix: string) =>
  db
    .select({ key: objects.key, size_bytes: objects.size_bytes, sha256: objects.sha256 })
    .from(objects)
    .where(and(gt(objects.key, prefix), lt(objects.key, `${prefix}~`), sql`+${objects.state} = 'pending'`))
    .orderBy(desc(objects.created_at))
    .limit(1);

/** For the batch that makes a version a file's: raises when another request has just brought the same bytes. */
export function refuseSameVersion(db: Database, file: string, found: { xxhash: string; size_bytes: number }) {
  const same = sql`SELECT 1 FROM ${instrumentFiles} WHERE ${id} = ${file} AND ${instrumentFiles.xxhash} = ${found.xxhash}
    AND ${instrumentFiles.size_bytes} = ${found.size_bytes} AND ${instrumentFiles.damage} IS NULL`;
  return db
    .select({ is_new: sql<number>`CASE WHEN EXISTS (${same}) THEN json('delivered before') ELSE 1 END` })
    .from(sql`(SELECT 1)`);
}
