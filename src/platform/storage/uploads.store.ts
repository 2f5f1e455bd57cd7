import { and, asc, eq, lt, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { objects, uploadParts, uploads } from "./tables.ts";

export type UploadRow = typeof uploads.$inferSelect;
export type PartRow = typeof uploadParts.$inferSelect;

export function insertUpload(db: Database, row: typeof uploads.$inferInsert) {
  return db.insert(uploads).values(row);
}

export function findUpload(db: Database, id: string, owner: string) {
  return db
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, id), eq(uploads.owner, owner)));
}

/** A completed upload by the path that the lake has it under. */
export function findUploadByPath(db: Database, path: string, owner: string) {
  return db
    .select()
    .from(uploads)
    .where(and(eq(uploads.object_key, path), eq(uploads.owner, owner)));
}

export function listParts(db: Database, upload_id: string) {
  return db.select().from(uploadParts).where(eq(uploadParts.upload_id, upload_id)).orderBy(asc(uploadParts.part));
}

/** Adds a part, or replaces the one that was sent before under its number. */
export function upsertPart(db: Database, row: PartRow) {
  const { size_bytes, etag } = row;
  return db
    .insert(uploadParts)
    .values(row)
    .onConflictDoUpdate({ target: [uploadParts.upload_id, uploadParts.part], set: { size_bytes, etag } });
}

/** For one batch: keeps the upload and its object from the sweepers for another while. */
export function touchUpload(db: Database, { id, object_key }: UploadRow, now: number) {
  return [
    db.update(uploads).set({ updated_at: now }).where(eq(uploads.id, id)),
    db
      .update(objects)
      .set({ state_since: now })
      .where(and(eq(objects.key, object_key), eq(objects.state, "pending"))),
  ] as const;
}

/** For the batch of `upsertPart`, after it: the object counts as much as was announced, or as has come if that is more. */
export function countParts(db: Database, { id, object_key }: UploadRow) {
  const come = sql`(SELECT coalesce(sum(${uploadParts.size_bytes}), 0) FROM ${uploadParts} WHERE ${uploadParts.upload_id} = ${id})`;
  return db
    .update(objects)
    .set({ size_bytes: sql`max(${objects.size_bytes}, ${come})` })
    .where(and(eq(objects.key, object_key), eq(objects.state, "pending")));
}

/** By how many bytes the object would grow if a part had so many; the part may replace one that has come before. */
export function findGrowth(db: Database, { id, object_key }: UploadRow, part: number, size_bytes: number) {
  const others = sql`(SELECT coalesce(sum(${uploadParts.size_bytes}), 0) FROM ${uploadParts}
    WHERE ${uploadParts.upload_id} = ${id} AND ${uploadParts.part} <> ${part})`;
  return db
    .select({ bytes: sql<number>`${others} + ${size_bytes} - ${objects.size_bytes}` })
    .from(objects)
    .where(eq(objects.key, object_key));
}

/** Notes what the parts have become, once R2 has joined them. */
export function describeUpload(db: Database, id: string, found: { size_bytes: number; sha256: string }) {
  return db.update(uploads).set(found).where(eq(uploads.id, id));
}

export function setCompleted(db: Database, id: string, now: number) {
  return db.update(uploads).set({ state: "completed", updated_at: now }).where(eq(uploads.id, id));
}

/** For one batch: the upload is no more; its object is left to whoever names it, or to the sweeper. */
export function deleteUploadRows(db: Database, id: string) {
  return [
    db.delete(uploads).where(eq(uploads.id, id)),
    db.delete(uploadParts).where(eq(uploadParts.upload_id, id)),
  ] as const;
}

/**
 * For the batch that gives the upload's object to a row, so that no two rows share one. Raises, so that the batch rolls
 * back, when the upload has been used or deleted meanwhile.
 */
export function takeUpload(db: Database, id: string) {
  const open = sql`SELECT 1 FROM uploads AS taken WHERE taken.id = ${id} AND taken.state = 'completed'`;
  const owned = sql`${uploads.id} = CASE WHEN EXISTS (${open}) THEN ${id} ELSE json_extract('{}', 'the upload was used') END`;
  return [db.delete(uploads).where(owned), db.delete(uploadParts).where(eq(uploadParts.upload_id, id))] as const;
}

/** Those that nobody has touched since a time, oldest first, with the bytes that have come. */
export function listUnusedUploads(db: Database, unused_since: number, limit: number) {
  const size_bytes = sql<number>`(SELECT coalesce(sum(${uploadParts.size_bytes}), 0) FROM ${uploadParts} WHERE ${uploadParts.upload_id} = ${uploads.id})`;
  return db
    .select({ upload: uploads, size_bytes })
    .from(uploads)
    .where(lt(uploads.updated_at, unused_since))
    .orderBy(asc(uploads.updated_at))
    .limit(limit);
}

export function listUploadsOf(db: Database, owner: string, limit: number) {
  return db.select().from(uploads).where(eq(uploads.owner, owner)).limit(limit);
}
