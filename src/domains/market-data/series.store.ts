import { and, asc, eq, gte, lt, or, sql } from "drizzle-orm";
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

/** The printed symbols of those of the spellings whose series is known, by their position in the list. */
export function findPrintedSymbols(db: Database, spellings: readonly SeriesIdentity[]) {
  const asked = (name: string) => sql`json_extract(asked.value, ${sql.raw(`'$.${name}'`)})`;
  return db.all<{ position: number; symbol: string }>(sql`
    SELECT asked.key AS position, ${series.symbol} AS symbol FROM json_each(${JSON.stringify(spellings)}) AS asked
    JOIN ${series} ON ${series.exchange} = ${asked("exchange")} AND ${series.market} = ${asked("market")}
      AND ${series.data_type} = ${asked("data_type")} AND ${series.timeframe} = ${asked("timeframe")}
      AND ${asked("symbol")} IN (${series.symbol}, ${series.unified_key}, ${series.exchange_key})`);
}

export function findSeriesById(db: Database, id: number) {
  return db.select().from(series).where(eq(series.id, id)).get();
}

/** Notes the opening time of the first candle that the exchange has, in ms UTC. */
export function setListedAt(db: Database, id: number, listed_at: number) {
  return db.update(series).set({ listed_at }).where(eq(series.id, id));
}

/** Filters of lists of series, in stored form; one that is absent matches everything. */
export interface SeriesListFilter {
  ids: readonly number[] | undefined;
  exchange: string | undefined;
  /** Letters and digits of the symbol, in any of its three spellings. */
  symbol_key: string | undefined;
  market: string | undefined;
  data_type: string | undefined;
  timeframe: string | undefined;
}

/** A page of series by id, each with the times of its first and last row. */
export function findSeriesPage(db: Database, filter: SeriesListFilter, page: { limit: number; offset: number }) {
  const edge = (text: string) =>
    sql<number | null>`(SELECT ${sql.raw(text)} FROM manifest WHERE manifest.series_id = series.id)`;
  return db
    .select({
      id: series.id,
      exchange: series.exchange,
      market: series.market,
      symbol: series.symbol,
      unified_symbol: series.unified_symbol,
      data_type: series.data_type,
      timeframe: series.timeframe,
      listed_at: series.listed_at,
      first: edge("min(manifest.time_from)").as("first"),
      last: edge("max(manifest.time_to)").as("last"),
    })
    .from(series)
    .where(matching(filter))
    .orderBy(asc(series.id))
    .limit(page.limit)
    .offset(page.offset);
}

export function countSeries(db: Database, filter: SeriesListFilter) {
  return db
    .select({ total: sql<number>`count(*)` })
    .from(series)
    .where(matching(filter));
}

function matching({ ids, exchange, symbol_key: key, market, data_type, timeframe }: SeriesListFilter) {
  return and(
    ids === undefined ? undefined : sql`${series.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
    exchange === undefined ? undefined : eq(series.exchange, exchange),
    key === undefined
      ? undefined
      : or(eq(series.symbol, key), eq(series.unified_key, key), eq(series.exchange_key, key)),
    market === undefined ? undefined : eq(series.market, market),
    data_type === undefined ? undefined : eq(series.data_type, data_type),
    timeframe === undefined ? undefined : eq(series.timeframe, timeframe),
  );
}
