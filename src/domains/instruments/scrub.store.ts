import { and, asc, eq, gte, inArray, isNotNull, isNull, lte, not, notExists, notInArray, or, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs, LIVE_STATUSES } from "../../platform/jobs/tables.ts";
import { isNewVersion } from "./harvest.store.ts";
import { harvestSubject } from "./harvest-subject.ts";
import type { ScrubPosition } from "./scrub-cursor.ts";
import { fileTransfers, instrumentFiles, storageLocations } from "./tables.ts";

interface Due {
  /** Ms: what was read back later is not due. */
  since: number;
  /** Ids of locations whose files are left out. */
  without?: readonly string[];
  /** Only those that come later than this one. */
  after?: ScrubPosition | null;
}

/** Stored versions of files that were not read back since, the longest ago first. */
export function listUnverified(db: Database, { since, without = [], after = null }: Due, limit: number) {
  const { verified_at, id } = instrumentFiles;
  return db
    .select({ file: instrumentFiles, transfer: fileTransfers, location: storageLocations })
    .from(instrumentFiles)
    .innerJoin(fileTransfers, eq(fileTransfers.id, instrumentFiles.transfer_id))
    .leftJoin(storageLocations, eq(storageLocations.id, fileTransfers.storage_location_id))
    .where(
      and(
        or(
          isNotNull(fileTransfers.object_key),
          and(
            eq(storageLocations.enabled, true),
            isNull(storageLocations.deleted_at),
            notInArray(storageLocations.id, [...without]),
          ),
        ),
        or(isNull(verified_at), lte(verified_at, since)),
        after ? sql`(coalesce(${verified_at}, -1), ${id}) > (${after.verified_at ?? -1}, ${after.id})` : undefined,
      ),
    )
    .orderBy(asc(verified_at), asc(id))
    .limit(limit);
}

/** A row where a version is still the file's, and no harvest may be writing another in its place. */
export const findUndisturbed = (db: Database, file_id: string, transfer_id: string) =>
  db
    .select({ id: instrumentFiles.id })
    .from(instrumentFiles)
    .where(
      and(
        eq(instrumentFiles.id, file_id),
        eq(instrumentFiles.transfer_id, transfer_id),
        notExists(
          db
            .select({ id: fileTransfers.id })
            .from(fileTransfers)
            .where(and(eq(fileTransfers.file_id, file_id), eq(fileTransfers.status, "in_progress"))),
        ),
        // Small files have no row of a transfer before that has ended.
        or(not(isNewVersion), notExists(liveHarvest(db))),
      ),
    )
    .limit(1);

const liveHarvest = (db: Database) =>
  db
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.subject, sql`${harvestSubject("")} || ${instrumentFiles.instrument_id}`),
        inArray(jobs.status, LIVE_STATUSES),
      ),
    );

/** A job of a type that was created since, whatever became of it. */
export const findJobSince = (db: Database, type: string, created_at: number) =>
  db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.type, type), gte(jobs.created_at, created_at)))
    .limit(1);

interface Read {
  id: string;
  transfer_id: string;
  /** Ms. */
  verified_at: number;
  damage: string | null;
}

/** Keeps what reading a version found, unless another has come meanwhile. */
export const markRead = (db: Database, { id, transfer_id, verified_at, damage }: Read) =>
  db
    .update(instrumentFiles)
    .set({ verified_at, damage })
    .where(and(eq(instrumentFiles.id, id), eq(instrumentFiles.transfer_id, transfer_id)));
