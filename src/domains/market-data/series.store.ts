import { and, asc, eq, gte, lt, or } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { manifest, series } from "./tables.ts";

export type SeriesRow = typeof series.$inferSelect;

export interface SeriesFilter {
  exchange: string;
  /** Letters and digits of the symbol, in any of its three spellings. */
  symbol_key: string;
  data_type: string;
  market: string | undefined;
  timeframe: string | undefined;
  /** Ms; files that hold rows of `[from, to)` come along. */
  from: number;
  to: number;
}

/** Every series that answers to the symbol, each with its files in the range, oldest first; a series without any has one row with nulls. */
export function findSeriesWithFiles(db: Database, filter: SeriesFilter) {
  const { exchange, symbol_key, data_type, market, timeframe, from, to } = filter;
  return db
    .select({
      series_id: series.id,
      symbol: series.symbol,
      market: series.market,
      timeframe: series.timeframe,
      object_key: manifest.object_key,
      size_bytes: manifest.size_bytes,
      footer_bytes: manifest.footer_bytes,
      time_from: manifest.time_from,
      time_to: manifest.time_to,
      json_key: manifest.json_key,
      json_bytes: manifest.json_bytes,
    })
    .from(series)
    .leftJoin(manifest, and(eq(manifest.series_id, series.id), lt(manifest.time_from, to), gte(manifest.time_to, from)))
    .where(
      and(
        eq(series.exchange, exchange),
        eq(series.data_type, data_type),
        or(eq(series.symbol, symbol_key), eq(series.unified_key, symbol_key), eq(series.exchange_key, symbol_key)),
        market === undefined ? undefined : eq(series.market, market),
        timeframe === undefined ? undefined : eq(series.timeframe, timeframe),
      ),
    )
    .orderBy(asc(series.id), asc(manifest.time_from));
}

/** What makes two series one. */
export type SeriesIdentity = Pick<SeriesRow, "exchange" | "market" | "symbol" | "data_type" | "timeframe">;

/** Does nothing when the series is there already. */
export function createSeries(db: Database, row: typeof series.$inferInsert) {
  return db.insert(series).values(row).onConflictDoNothing();
}

export function findSeries(db: Database, { exchange, market, symbol, data_type, timeframe }: SeriesIdentity) {
  return db
    .select()
    .from(series)
    .where(
      and(
        eq(series.exchange, exchange),
        eq(series.market, market),
        eq(series.data_type, data_type),
        eq(series.timeframe, timeframe),
        or(eq(series.symbol, symbol), eq(series.unified_key, symbol), eq(series.exchange_key, symbol)),
      ),
    )
    .limit(1);
}

export function findSeriesById(db: Database, id: number) {
  return db.select().from(series).where(eq(series.id, id)).get();
}

/** Notes the opening time of the first candle that the exchange has, in ms UTC. */
export function setListedAt(db: Database, id: number, listed_at: number) {
  return db.update(series).set({ listed_at }).where(eq(series.id, id));
}
