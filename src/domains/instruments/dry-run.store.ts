import { and, count, desc, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { fileTransfers, instrumentFiles, storageLocations } from "./tables.ts";

/** Files of an instrument, or those of them that have one of these paths. */
export interface PastFiles {
  instrument_id: string;
  paths: readonly string[] | null;
}

const isMeant = ({ instrument_id, paths }: PastFiles) =>
  and(
    eq(instrumentFiles.instrument_id, instrument_id),
    paths === null
      ? undefined
      : inArray(instrumentFiles.source_path, sql`(SELECT value FROM json_each(${JSON.stringify(paths)}))`),
  );

/** Newest first. */
export const listPastFiles = (db: Database, meant: PastFiles, skip: number, limit: number) =>
  db
    .select()
    .from(instrumentFiles)
    .where(isMeant(meant))
    .orderBy(desc(instrumentFiles.first_discovered_at), desc(instrumentFiles.id))
    .limit(limit)
    .offset(skip);

export const countPastFiles = (db: Database, meant: PastFiles) =>
  db.select({ total: count() }).from(instrumentFiles).where(isMeant(meant));

export const listKnownPaths = (db: Database, meant: PastFiles) =>
  db.select({ path: instrumentFiles.source_path }).from(instrumentFiles).where(isMeant(meant));

/** Where the newest transfer of an instrument went; `location` is null for one that the instrument delivered itself. */
export const findLastDestination = (db: Database, instrument_id: string) =>
  db
    .select({ transfer_id: fileTransfers.id, location: storageLocations })
    .from(fileTransfers)
    .leftJoin(storageLocations, eq(storageLocations.id, fileTransfers.storage_location_id))
    .where(eq(fileTransfers.instrument_id, instrument_id))
    .orderBy(desc(fileTransfers.created_at), desc(fileTransfers.id))
    .limit(1);
