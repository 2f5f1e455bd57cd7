import { and, count, desc, eq, lt, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { Principal } from "../../platform/auth/principal.ts";
import type { ListWindow, Position } from "../../platform/http/list-page.ts";
import { fileTransfers, instrumentFiles, instruments, storageLocations, type TransferStatus } from "./tables.ts";
import { type AccessReason, accessRules, visibleTo } from "./visible-files.ts";

export type FileRow = typeof instrumentFiles.$inferSelect;
export type TransferRow = typeof fileTransfers.$inferSelect;

export interface FileFilter {
  instrument_id?: string | undefined;
  /** Part of the path, in any case of ASCII letters; or the persistent identifier. */
  search?: string | undefined;
}

export interface TransferFilter {
  file_id?: string | undefined;
  instrument_id?: string | undefined;
  status?: TransferStatus | undefined;
}

/** A file by its id, if the principal sees it. */
export const findFile = (db: Database, principal: Principal, id: string) =>
  db
    .select()
    .from(instrumentFiles)
    .where(and(eq(instrumentFiles.id, id), visibleTo(principal)))
    .limit(1);

/** The same, by its persistent identifier. */
export const findFileByPersistentId = (db: Database, principal: Principal, persistent_id: string) =>
  db
    .select()
    .from(instrumentFiles)
    .where(and(eq(instrumentFiles.persistent_id, persistent_id), visibleTo(principal)))
    .limit(1);

/** Those that the principal sees, newest first. */
export function listFiles(db: Database, principal: Principal, filter: FileFilter, window: ListWindow) {
  const { first_discovered_at, id } = instrumentFiles;
  const { after } = window;
  const beyond =
    after && or(lt(first_discovered_at, after.time), and(eq(first_discovered_at, after.time), lt(id, after.id)));
  return db
    .select()
    .from(instrumentFiles)
    .where(and(matchesFile(principal, filter), beyond ?? undefined))
    .orderBy(desc(first_discovered_at), desc(id))
    .limit(window.limit)
    .offset(window.skip);
}

export const countFiles = (db: Database, principal: Principal, filter: FileFilter) =>
  db.select({ total: count() }).from(instrumentFiles).where(matchesFile(principal, filter));

const matchesFile = (principal: Principal, { instrument_id, search }: FileFilter) =>
  and(
    visibleTo(principal),
    instrument_id === undefined ? undefined : eq(instrumentFiles.instrument_id, instrument_id),
    search === undefined ? undefined : matchesText(search),
  );

function matchesText(text: string): SQL | undefined {
  const { source_path, persistent_id } = instrumentFiles;
  return or(sql`instr(lower(${source_path}), lower(${text})) > 0`, eq(persistent_id, text));
}

/** Where the bytes of a file are, by the transfer that brought them; `storage` is null for a location that is gone. */
export const findStoredVersion = (db: Database, transfer_id: string) =>
  db
    .select({ transfer: fileTransfers, storage: storageLocations })
    .from(fileTransfers)
    .leftJoin(storageLocations, eq(storageLocations.id, fileTransfers.storage_location_id))
    .where(eq(fileTransfers.id, transfer_id))
    .limit(1);

/** Transfers of a file that the principal sees. */
export const findTransfer = (db: Database, principal: Principal, id: string) =>
  db
    .select()
    .from(fileTransfers)
    .where(and(eq(fileTransfers.id, id), ofVisibleFile(principal)))
    .limit(1);

/** Newest first. */
export function listTransfers(db: Database, principal: Principal, filter: TransferFilter, window: ListWindow) {
  const { created_at, id } = fileTransfers;
  return db
    .select()
    .from(fileTransfers)
    .where(and(matchesTransfer(principal, filter), beforeTransfer(window.after)))
    .orderBy(desc(created_at), desc(id))
    .limit(window.limit)
    .offset(window.skip);
}

export const countTransfers = (db: Database, principal: Principal, filter: TransferFilter) =>
  db.select({ total: count() }).from(fileTransfers).where(matchesTransfer(principal, filter));

function beforeTransfer(after: Position | null): SQL | undefined {
  const { created_at, id } = fileTransfers;
  return after ? or(lt(created_at, after.time), and(eq(created_at, after.time), lt(id, after.id))) : undefined;
}

const matchesTransfer = (principal: Principal, { file_id, instrument_id, status }: TransferFilter) =>
  and(
    ofVisibleFile(principal),
    file_id === undefined ? undefined : eq(fileTransfers.file_id, file_id),
    instrument_id === undefined ? undefined : eq(fileTransfers.instrument_id, instrument_id),
    status === undefined ? undefined : eq(fileTransfers.status, status),
  );

function ofVisibleFile(principal: Principal): SQL | undefined {
  const visible = visibleTo(principal);
  return (
    visible &&
    sql`EXISTS (SELECT 1 FROM ${instrumentFiles} WHERE ${instrumentFiles.id} = ${fileTransfers.file_id} AND ${visible})`
  );
}

/** A row where this reason lets a user see a file. */
export const findIfVisible = (db: Database, file_id: string, user_id: string, reason: AccessReason) =>
  db
    .select({ id: instrumentFiles.id })
    .from(instrumentFiles)
    .where(and(eq(instrumentFiles.id, file_id), accessRules(user_id)[reason]))
    .limit(1);

/** Merges into what is known of a file (RFC 7396). */
export function addMetadata(db: Database, id: string, metadata: Record<string, unknown>) {
  const { metadata_, id: ofFile } = instrumentFiles;
  return db
    .update(instrumentFiles)
    .set({ metadata_: sql`json_patch(${metadata_}, ${JSON.stringify(metadata)})` })
    .where(eq(ofFile, id));
}

/** Also of one that is deleted. */
export const findInstrumentName = (db: Database, id: string) =>
  db.select({ name: instruments.name }).from(instruments).where(eq(instruments.id, id)).limit(1);
