import { and, asc, count, eq, gte, isNotNull, isNull, lt, or, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { markAllOrphaned } from "../../platform/storage/objects.store.ts";
import { deleteExportsOf } from "./export.store.ts";
import { type ManifestFilter, matching } from "./manifest.store.ts";
import { candlePages, coverage, coverageGaps, manifest, series } from "./tables.ts";

export type DatasetRow = Awaited<ReturnType<typeof findDatasetPage>>[number];

const shown = {
  id: manifest.id,
  exchange: manifest.exchange,
  symbol: manifest.symbol,
  market: manifest.market,
  timeframe: manifest.timeframe,
  version: manifest.version,
  type: manifest.type,
  path: manifest.path,
  size_bytes: manifest.size_bytes,
  updated_at: manifest.updated_at,
  time_from: manifest.time_from,
  time_to: manifest.time_to,
};

/** Files of the lake, features among them, by id. */
export function findDatasetPage(db: Database, filter: ManifestFilter, page: { limit: number; offset: number }) {
  return db
    .select(shown)
    .from(manifest)
    .where(matching(db, filter))
    .orderBy(asc(manifest.id))
    .limit(page.limit)
    .offset(page.offset);
}

export function countDatasets(db: Database, filter: ManifestFilter) {
  return db.select({ total: count() }).from(manifest).where(matching(db, filter));
}

/** One file of the lake; none or one. */
export function findDatasetById(db: Database, id: number) {
  return db.select().from(manifest).where(eq(manifest.id, id)).limit(1);
}

/** What was aggregated from the minutes of a month, `[from, to)`; files that callers brought are not among it. */
export function findAggregates(
  db: Database,
  { exchange, market, symbol }: { exchange: string; market: string; symbol: string },
  { from, to }: { from: number; to: number },
) {
  return db
    .select({ id: manifest.id })
    .from(manifest)
    .where(
      and(
        eq(manifest.exchange, exchange),
        eq(manifest.market, market),
        eq(manifest.symbol, symbol),
        eq(manifest.type, "agg"),
        isNotNull(manifest.source),
        gte(manifest.time_from, from),
        lt(manifest.time_from, to),
      ),
    );
}

/** Entries of a series or, with `features`, of a feature set. */
export function findEntriesOfHistory(db: Database, filter: ManifestFilter, features: boolean) {
  return db
    .select({ id: manifest.id, series_id: manifest.series_id })
    .from(manifest)
    .where(and(matching(db, filter), features ? isNotNull(manifest.version) : isNull(manifest.version)));
}

/** Every series that answers to the symbol, whether it has files or not. */
export function findSeriesOfHistory(
  db: Database,
  {
    exchange,
    market,
    symbol_key,
    data_type,
  }: { exchange: string; market: string; symbol_key: string; data_type?: string | undefined },
) {
  const known = or(
    eq(series.symbol, symbol_key),
    eq(series.unified_key, symbol_key),
    eq(series.exchange_key, symbol_key),
  );
  return db
    .select()
    .from(series)
    .where(
      and(
        eq(series.exchange, exchange),
        eq(series.market, market),
        known,
        data_type === undefined ? undefined : eq(series.data_type, data_type),
      ),
    );
}

const among = (ids: readonly number[]) => sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;

/** For one batch: removes entries and their exports and leaves the bytes to the sweeper, and to readers under way. */
export function deleteEntries(db: Database, ids: readonly number[], now: number) {
  const chosen = sql`${manifest.id} IN ${among(ids)}`;
  const keys = sql`(SELECT object_key FROM manifest WHERE ${chosen} UNION SELECT json_key FROM manifest WHERE ${chosen})`;
  return [...deleteExportsOf(db, ids, now), markAllOrphaned(db, keys, now), db.delete(manifest).where(chosen)] as const;
}

/** For one batch: forgets series with all that is known and staged of them. */
export function deleteSeries(db: Database, ids: readonly number[]) {
  return [
    db.delete(coverage).where(sql`${coverage.series_id} IN ${among(ids)}`),
    db.delete(coverageGaps).where(sql`${coverageGaps.series_id} IN ${among(ids)}`),
    db.delete(candlePages).where(sql`${candlePages.series_id} IN ${among(ids)}`),
    db.delete(series).where(sql`${series.id} IN ${among(ids)}`),
  ] as const;
}

/** Stretches of staged pages that reach into `[from, to)`. */
export function listStagedStretches(db: Database, series_id: number, { from, to }: { from: number; to: number }) {
  return db
    .select({ from: candlePages.from_ts, to: candlePages.to_ts })
    .from(candlePages)
    .where(
      and(
        eq(candlePages.series_id, series_id),
        sql`${candlePages.from_ts} < ${to}`,
        sql`${candlePages.to_ts} > ${from}`,
      ),
    );
}

/** Removes staged pages that reach into `[from, to)`. */
export function deleteStagedPages(db: Database, series_id: number, { from, to }: { from: number; to: number }) {
  return db
    .delete(candlePages)
    .where(
      and(
        eq(candlePages.series_id, series_id),
        sql`${candlePages.from_ts} < ${to}`,
        sql`${candlePages.to_ts} > ${from}`,
      ),
    );
}
