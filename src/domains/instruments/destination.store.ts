import { sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { fileTransfers, instrumentFolders } from "./tables.ts";

/** A folder of a storage outside the lake. */
export interface StorageFolder {
  /** The storage and the folder's path on it. */
  address: string;
  storage_location_id: string | null;
  /** As destination paths begin, with a slash at its end. */
  prefix: string;
  /** Whether upper and lower case are one. */
  ignores_case: boolean;
}

/** Who has a folder: the one that took it, else the first that stored in it before folders were kept. */
function holderOf({ address, storage_location_id, prefix, ignores_case }: StorageFolder) {
  const { destination_path, created_at, status } = fileTransfers;
  const start = sql`substr(${destination_path}, 1, length(${prefix}))`;
  const isBelow = ignores_case ? sql`lower(${start}) = lower(${prefix})` : sql`${start} = ${prefix}`;
  return sql<string | null>`coalesce(
    (SELECT ${instrumentFolders.instrument_id} FROM ${instrumentFolders} WHERE ${instrumentFolders.address} = ${address}),
    (SELECT ${fileTransfers.instrument_id} FROM ${fileTransfers}
      WHERE ${fileTransfers.storage_location_id} = ${storage_location_id} AND ${status} = 'completed' AND ${isBelow}
      ORDER BY ${created_at} LIMIT 1))`;
}

/** Gives a folder to an instrument, unless another has it. */
export const claimFolder = (db: Database, folder: StorageFolder, instrument_id: string) =>
  db
    .insert(instrumentFolders)
    .select(
      db
        .select({
          address: sql`${folder.address}`.as("address"),
          instrument_id: sql`coalesce(${holderOf(folder)}, ${instrument_id})`.as("instrument_id"),
        })
        .from(sql`(SELECT 1) WHERE true`),
    )
    .onConflictDoNothing();

/** Whose a folder is; null for nobody's. */
export const findHolder = (db: Database, folder: StorageFolder) =>
  db.select({ instrument_id: holderOf(folder) }).from(sql`(SELECT 1)`);
