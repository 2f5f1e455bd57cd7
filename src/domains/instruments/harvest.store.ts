import {
  and,
  asc,
  count,
  eq,
  gte,
  inArray,
  isNotNull,
  isNull,
  lte,
  notExists,
  or,
  type SQL,
  sql,
  type SQLWrapper,
} from "drizzle-orm";
import type { ListedFile } from "../../connectors/filesystems/filesystem.ts";
import type { Database } from "../../context.ts";
import { jobs, LIVE_STATUSES } from "../../platform/jobs/tables.ts";
import type { FileRow, TransferRow } from "./file.store.ts";
import { fileGrants, fileTransfers, hookConfigs, instrumentFiles, instruments } from "./tables.ts";

/** A listed file with the identifiers that it gets if it was never seen before. */
export interface ObservedFile extends ListedFile {
  id: string;
  persistent_id: string;
  filename: string;
}

const ABANDONED = "The harvest ended before the transfer did";

const { observed_size, observed_mtime, observed_version, observed_since, retry_at, transfer_id } = instrumentFiles;

const isSame = sql`${observed_size} IS excluded.observed_size AND ${observed_mtime} IS excluded.observed_mtime
  AND ${observed_version} IS excluded.observed_version`;

/** What a file had before while a listing shows it unchanged. */
const unlessChanged = (column: SQLWrapper, value: SQL) => sql`CASE WHEN ${isSame} THEN ${column} ELSE ${value} END`;

/** Keeps what a listing shows; whoever looks the same as last time keeps the time since when. */
export function observeFiles(db: Database, instrument_id: string, files: readonly ObservedFile[], now: number) {
  const member = (name: keyof ObservedFile, column: string) => sql.raw(`value ->> '${name}'`).as(column);
  const none = (column: string) => sql`NULL`.as(column);
  return db
    .insert(instrumentFiles)
    .select(
      db
        .select({
          id: member("id", "id"),
          persistent_id: member("persistent_id", "persistent_id"),
          persistent_id_type: sql`'ark'`.as("persistent_id_type"),
          instrument_id: sql`${instrument_id}`.as("instrument_id"),
          source_path: member("path", "source_path"),
          filename: member("filename", "filename"),
          size_bytes: none("size_bytes"),
          source_mtime: none("source_mtime"),
          xxhash: none("xxhash"),
          sha256: none("sha256"),
          first_discovered_at: sql`${now}`.as("first_discovered_at"),
          metadata_: sql`'{}'`.as("metadata_"),
          owner_id: none("owner_id"),
          transfer_id: none("transfer_id"),
          source_version: none("source_version"),
          observed_size: member("size", "observed_size"),
          observed_mtime: member("modified_at", "observed_mtime"),
          observed_version: member("version", "observed_version"),
          observed_since: sql`${now}`.as("observed_since"),
          failures: sql`0`.as("failures"),
          retry_at: none("retry_at"),
          verified_at: none("verified_at"),
          damage: none("damage"),
        })
        .from(sql`json_each(${JSON.stringify(files)}) WHERE true`),
    )
    .onConflictDoUpdate({
      target: [instrumentFiles.instrument_id, instrumentFiles.source_path],
      set: {
        observed_since: unlessChanged(observed_since, sql`excluded.observed_since`),
        failures: unlessChanged(instrumentFiles.failures, sql`0`),
        retry_at: unlessChanged(retry_at, sql`NULL`),
        observed_size: sql`excluded.observed_size`,
        observed_mtime: sql`excluded.observed_mtime`,
        observed_version: sql`excluded.observed_version`,
      },
    });
}

/** Files look settled when they were seen unchanged since, or were last written before. */
export interface Settled {
  seen_since: number;
  written_before: number;
}

export interface Wanted {
  instrument_id: string;
  /** Ms: what failed later is not tried again. */
  failed_before: number;
  /** Ms: what hooks skipped earlier is asked about again. */
  skipped_since: number;
}

/** Whether the source shows another version of a file than is stored. */
export const isNewVersion = sql`(${transfer_id} IS NULL OR ${observed_size} IS NOT ${instrumentFiles.size_bytes}
  OR ${observed_mtime} IS NOT ${instrumentFiles.source_mtime}
  OR ${observed_version} IS NOT ${instrumentFiles.source_version})`;

const isWanted = ({ instrument_id, failed_before, skipped_since }: Wanted): SQL | undefined =>
  and(
    eq(instrumentFiles.instrument_id, instrument_id),
    isNotNull(observed_size),
    isNewVersion,
    or(isNull(retry_at), lte(retry_at, failed_before)),
    sql`NOT EXISTS (SELECT 1 FROM ${fileTransfers} WHERE ${fileTransfers.file_id} = ${instrumentFiles.id}
      AND ${fileTransfers.status} = 'skipped' AND ${fileTransfers.created_at} >= ${skipped_since}
      AND ${fileTransfers.source_size} IS ${observed_size} AND ${fileTransfers.source_mtime} IS ${observed_mtime}
      AND ${fileTransfers.source_version} IS ${observed_version})`,
  );

const isSettled = ({ seen_since, written_before }: Settled) =>
  or(lte(observed_since, seen_since), lte(observed_mtime, written_before));

/** The next files that were not transferred completely at the version that is there now: what failed before comes last. */
export const listWanted = (db: Database, wanted: Wanted, settled: Settled, limit: number) =>
  db
    .select()
    .from(instrumentFiles)
    .where(and(isWanted(wanted), isSettled(settled)))
    .orderBy(asc(instrumentFiles.failures), asc(instrumentFiles.source_path))
    .limit(limit);

/** How many more there are that may still be written. */
export const countUnsettled = (db: Database, wanted: Wanted) =>
  db.select({ total: count() }).from(instrumentFiles).where(isWanted(wanted));

/** How many files of the instrument were first seen since. */
export const countDiscovered = (db: Database, instrument_id: string, since: number) =>
  db
    .select({ total: count() })
    .from(instrumentFiles)
    .where(and(eq(instrumentFiles.instrument_id, instrument_id), gte(instrumentFiles.first_discovered_at, since)));

/** Hooks that apply to an instrument, lower priorities first, and then the older ones. */
export const listHooks = (db: Database, instrument_id: string) =>
  db
    .select()
    .from(hookConfigs)
    .where(
      and(
        eq(hookConfigs.enabled, true),
        isNull(hookConfigs.deleted_at),
        or(isNull(hookConfigs.instrument_id), eq(hookConfigs.instrument_id, instrument_id)),
      ),
    )
    .orderBy(asc(hookConfigs.priority), asc(hookConfigs.created_at), asc(hookConfigs.id));

/** When a hook of the instrument was last changed in any way; ms. */
export const findHooksChangedAt = (db: Database, instrument_id: string) =>
  db
    .select({ changed_at: sql<number>`coalesce(max(${hookConfigs.updated_at}), 0)` })
    .from(hookConfigs)
    .where(or(isNull(hookConfigs.instrument_id), eq(hookConfigs.instrument_id, instrument_id)));

export const findFileRow = (db: Database, id: string) =>
  db.select().from(instrumentFiles).where(eq(instrumentFiles.id, id)).limit(1);

/** Writes a try, or what became of it. */
export const putTransfer = (db: Database, row: TransferRow) =>
  db.insert(fileTransfers).values(row).onConflictDoUpdate({ target: fileTransfers.id, set: row });

/** Ends tries whose harvest ended before them, such as one that was cancelled or failed, or whose row is gone. */
export const endAbandoned = (db: Database, completed_at: number) =>
  db
    .update(fileTransfers)
    .set({ status: "failed", error_message: ABANDONED, completed_at })
    .where(
      and(
        sql`${fileTransfers.status} = 'in_progress'`,
        notExists(
          db
            .select({ id: jobs.id })
            .from(jobs)
            .where(and(eq(jobs.id, fileTransfers.job_id), inArray(jobs.status, LIVE_STATUSES))),
        ),
      ),
    );

/** Takes that back for a try whose harvest goes on, as one does that is retried. */
export const reopenAbandoned = (db: Database, id: string) =>
  db
    .update(fileTransfers)
    .set({ status: "in_progress", error_message: null, completed_at: null })
    .where(and(eq(fileTransfers.id, id), eq(fileTransfers.error_message, ABANDONED)));

export const updateFile = (db: Database, id: string, change: Partial<FileRow>) =>
  db.update(instrumentFiles).set(change).where(eq(instrumentFiles.id, id));

export const markHarvested = (db: Database, instrument_id: string, last_harvested_at: number) =>
  db.update(instruments).set({ last_harvested_at }).where(eq(instruments.id, instrument_id));

/** Grants that hooks gave; one that is there already stays as it is. */
export const insertGrants = (db: Database, rows: (typeof fileGrants.$inferInsert)[]) =>
  db.insert(fileGrants).values(rows).onConflictDoNothing();
