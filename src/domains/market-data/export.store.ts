import { and, asc, eq, gt, inArray, lte, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { markAllOrphaned } from "../../platform/storage/objects.store.ts";
import { objects } from "../../platform/storage/tables.ts";
import { exports, manifest, series } from "./tables.ts";

export type ExportRow = typeof exports.$inferSelect;
export type NewExport = typeof exports.$inferInsert;

/** A file of the lake by its id; none or one. */
export function findDataset(db: Database, id: number) {
  return db.select().from(manifest).where(eq(manifest.id, id)).limit(1);
}

/** Symbols with candles on an exchange, a row for every timeframe of theirs. */
export function listExportable(db: Database, { exchange, market }: { exchange: string; market: string | undefined }) {
  const where = and(
    eq(series.exchange, exchange),
    eq(series.data_type, "raw"),
    market === undefined ? undefined : eq(series.market, market),
  );
  return db
    .selectDistinct({
      series_id: series.id,
      exchange: series.exchange,
      market: series.market,
      symbol: series.symbol,
      timeframe: series.timeframe,
    })
    .from(series)
    .innerJoin(manifest, eq(manifest.series_id, series.id))
    .where(where)
    .orderBy(asc(series.market), asc(series.symbol), asc(series.timeframe));
}

/** Symbols of an exchange that have candles, by name. */
export function listSymbols(db: Database, exchange: string, limit: number) {
  return db
    .selectDistinct({ symbol: manifest.symbol })
    .from(manifest)
    .where(and(eq(manifest.exchange, exchange), eq(manifest.type, "raw")))
    .orderBy(asc(manifest.symbol))
    .limit(limit);
}

/** The files of a series, oldest first. */
export function findSeriesFiles(db: Database, series_id: number) {
  return db.select().from(manifest).where(eq(manifest.series_id, series_id)).orderBy(asc(manifest.time_from));
}

/** The export that was made of the same source, kept for longer; no row when there is none. */
export function prolongExport(db: Database, source_hash: string, times: { expires_at: number; now: number }) {
  return db
    .update(exports)
    .set({ expires_at: times.expires_at })
    .where(and(eq(exports.source_hash, source_hash), gt(exports.expires_at, times.now)))
    .returning();
}

/** Adds an export, or puts a new object into the place of one of the same source; the id stays. */
export function upsertExport(db: Database, row: NewExport) {
  return db.insert(exports).values(row).onConflictDoUpdate({ target: exports.source_hash, set: row }).returning();
}

/** For the batch of `upsertExport`, before it: the object that is about to lose its place. */
export function orphanReplaced(db: Database, source_hash: string, now: number) {
  const replaced = db.select({ key: exports.object_key }).from(exports).where(eq(exports.source_hash, source_hash));
  return db
    .update(objects)
    .set({ state: "orphaned", state_since: now })
    .where(and(inArray(objects.key, replaced), inArray(objects.state, ["pending", "live"])));
}

/** For one batch, while the rows of the files are still there: removes the exports that were made of any of them. */
export function deleteExportsOf(db: Database, dataset_ids: readonly number[], now: number) {
  const sources = sql`
    SELECT 1 FROM manifest WHERE manifest.id IN (SELECT value FROM json_each(${JSON.stringify(dataset_ids)})) AND (
      exports.scope = 'dataset-' || manifest.id
      OR (exports.scope = 'aggregated-' || manifest.timeframe AND manifest.type = 'raw'
        AND exports.exchange = manifest.exchange AND exports.market = manifest.market AND exports.symbol = manifest.symbol))`;
  const keys = sql`(SELECT object_key FROM exports WHERE EXISTS (${sources}))`;
  return [markAllOrphaned(db, keys, now), db.delete(exports).where(sql`EXISTS (${sources})`)] as const;
}

/** An export that has not expired; none or one. */
export function findExport(db: Database, id: number, now: number) {
  return db
    .select()
    .from(exports)
    .where(and(eq(exports.id, id), gt(exports.expires_at, now)))
    .limit(1);
}

export function listExpired(db: Database, now: number, limit: number) {
  return db
    .select({ id: exports.id, object_key: exports.object_key })
    .from(exports)
    .where(lte(exports.expires_at, now))
    .limit(limit);
}

/** Removes those of the exports that are still expired. */
export function deleteExpired(db: Database, ids: readonly number[], now: number) {
  return db
    .delete(exports)
    .where(and(inList(exports.id, ids), lte(exports.expires_at, now)))
    .returning({ size_bytes: exports.size_bytes });
}

/** Hands the objects that no export names any more to the sweeper. */
export function orphanUnnamed(db: Database, keys: readonly string[], now: number) {
  const named = sql`SELECT 1 FROM ${exports} WHERE ${exports.object_key} = ${objects.key}`;
  return db
    .update(objects)
    .set({ state: "orphaned", state_since: now })
    .where(and(inList(objects.key, keys), inArray(objects.state, ["pending", "live"]), sql`NOT EXISTS (${named})`));
}

/** One bound parameter, however long the list: D1 allows a hundred. */
function inList(column: typeof exports.id | typeof objects.key, values: readonly (number | string)[]) {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
}
