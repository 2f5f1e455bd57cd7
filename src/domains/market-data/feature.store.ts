import { and, asc, count, eq, gt, inArray, isNotNull, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { markOrphaned } from "../../platform/storage/objects.store.ts";
import { manifest, series } from "./tables.ts";

/** Filters in stored form; one that is absent matches everything. */
export interface FeatureFilter {
  exchange?: string | undefined;
  market?: string | undefined;
  /** Letters and digits of the symbol, in any of its spellings. */
  symbol_key?: string | undefined;
  feature_set?: string | undefined;
  version?: string | undefined;
}

/** Every row that has a version is a feature, and no other: other ids of the manifest find nothing. */
export function findFeature(db: Database, id: number) {
  return selectFeatures(db).where(and(eq(manifest.id, id), isNotNull(manifest.version)));
}

/** Matching features by id, from above `after`. */
export function findFeaturesAfter(db: Database, filter: FeatureFilter, page: { after: number; limit: number }) {
  return selectFeatures(db)
    .where(and(gt(manifest.id, page.after), matching(db, filter)))
    .orderBy(asc(manifest.id))
    .limit(page.limit);
}

export function findFeaturePage(db: Database, filter: FeatureFilter, page: { limit: number; offset: number }) {
  return selectFeatures(db).where(matching(db, filter)).orderBy(asc(manifest.id)).limit(page.limit).offset(page.offset);
}

export function countFeatures(db: Database, filter: FeatureFilter) {
  return db.select({ total: count() }).from(manifest).where(matching(db, filter));
}

/** Each version of each set once, however many files it has. */
export function findFeatureVersions(db: Database, filter: FeatureFilter) {
  const { type, exchange, symbol, market } = manifest;
  return db
    .select({ name: type, exchange, symbol, market, version: sql<string>`${manifest.version}` })
    .from(manifest)
    .where(matching(db, filter))
    .groupBy(type, exchange, symbol, market, manifest.version)
    .orderBy(asc(type), asc(exchange), asc(symbol), asc(market));
}

/** The printed symbol of a series that is known under the key in any spelling; none or one. */
export function findPrintedSymbol(db: Database, found: { exchange: string; market: string; symbol_key: string }) {
  const { exchange, market, symbol_key } = found;
  return db
    .select({ symbol: series.symbol })
    .from(series)
    .where(and(eq(series.exchange, exchange), eq(series.market, market), knownAs(symbol_key)))
    .orderBy(asc(series.id))
    .limit(1);
}

/** For the batch that gives the path another object: what it has at that moment is nobody's. */
export function orphanFileOfPath(db: Database, path: string, now: number) {
  return markOrphaned(db, sql<string>`(SELECT object_key FROM manifest WHERE path = ${path})`, now);
}

/** For one batch: removes the feature and leaves its bytes to the sweeper, and to downloads under way. */
export function deleteFeatureRows(db: Database, id: number, now: number) {
  return [
    markOrphaned(db, sql<string>`(SELECT object_key FROM manifest WHERE id = ${id})`, now),
    db.delete(manifest).where(and(eq(manifest.id, id), isNotNull(manifest.version))),
  ] as const;
}

function selectFeatures(db: Database) {
  const { id, exchange, symbol, market, type, path, object_key, size_bytes, checksum, created_at, updated_at } =
    manifest;
  const version = sql<string>`${manifest.version}`;
  const filename = sql<string>`${manifest.filename}`;
  return db
    .select({
      id,
      exchange,
      symbol,
      market,
      feature_set: type,
      version,
      filename,
      path,
      object_key,
      size_bytes,
      checksum,
      created_at,
      updated_at,
    })
    .from(manifest)
    .$dynamic();
}

export type Feature = Awaited<ReturnType<typeof findFeature>>[number];

function matching(db: Database, filter: FeatureFilter): SQL | undefined {
  const { exchange, market, symbol_key, feature_set, version } = filter;
  const alike =
    symbol_key === undefined ? undefined : db.select({ symbol: series.symbol }).from(series).where(knownAs(symbol_key));
  return and(
    isNotNull(manifest.version),
    exchange === undefined ? undefined : eq(manifest.exchange, exchange),
    market === undefined ? undefined : eq(manifest.market, market),
    feature_set === undefined ? undefined : eq(manifest.type, feature_set),
    version === undefined ? undefined : eq(manifest.version, version),
    symbol_key === undefined || !alike
      ? undefined
      : or(eq(manifest.symbol, symbol_key), inArray(manifest.symbol, alike)),
  );
}

const knownAs = (key: string) => or(eq(series.symbol, key), eq(series.unified_key, key), eq(series.exchange_key, key));
