import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export type DataType = "raw" | "ticks" | "agg" | "alt";

/** One stream of candles; `symbol` is the printed form, the three keys are what lookups match on. */
export const series = sqliteTable(
  "series",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    exchange: text().notNull(),
    market: text().notNull(),
    symbol: text().notNull(),
    /** The unified symbol of ccxt, such as `BTC/USDT:USDT`. */
    unified_symbol: text().notNull(),
    unified_key: text().notNull(),
    /** The exchange's own id of the market, letters and digits only, upper case. */
    exchange_key: text().notNull(),
    data_type: text().notNull(),
    timeframe: text().notNull(),
    /** First candle the exchange has, once the probe has found it; ms. */
    listed_at: integer(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex("series_identity").on(table.exchange, table.market, table.symbol, table.data_type, table.timeframe),
    index("series_unified").on(table.exchange, table.unified_key),
    index("series_exchange_key").on(table.exchange, table.exchange_key),
  ],
);

/** The coverage ledger: half-open intervals `[from_ts, to_ts)` in ms that have been collected. */
export const coverage = sqliteTable(
  "coverage",
  {
    series_id: integer().notNull(),
    from_ts: integer().notNull(),
    to_ts: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.series_id, table.from_ts] })],
);

/** Stretches without candles inside the coverage: `missing` until asked again, then `no_trades`. */
export const coverageGaps = sqliteTable(
  "coverage_gaps",
  {
    series_id: integer().notNull(),
    from_ts: integer().notNull(),
    to_ts: integer().notNull(),
    state: text().$type<"missing" | "no_trades">().notNull(),
  },
  (table) => [primaryKey({ columns: [table.series_id, table.from_ts] })],
);

/** Pages fetched and committed but not yet merged into a monthly file. */
export const candlePages = sqliteTable(
  "candle_pages",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    series_id: integer().notNull(),
    from_ts: integer().notNull(),
    to_ts: integer().notNull(),
    row_count: integer().notNull(),
    /** base64 of six little-endian float64 columns, ts first. */
    rows: text().notNull(),
  },
  (table) => [index("candle_pages_series").on(table.series_id, table.id)],
);

/** Every file of the lake that a reader can see; `path` is what documents print, `object_key` what R2 holds. */
export const manifest = sqliteTable(
  "manifest",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    series_id: integer(),
    exchange: text().notNull(),
    market: text().notNull(),
    symbol: text().notNull(),
    type: text().notNull(),
    timeframe: text(),
    /** Of a feature, whose `type` is the name of its set; null for market data. */
    version: text(),
    /** Of a feature, as it was uploaded. */
    filename: text(),
    path: text().notNull(),
    object_key: text().notNull(),
    size_bytes: integer().notNull(),
    row_count: integer(),
    checksum: text().notNull(),
    time_from: integer(),
    time_to: integer(),
    /** Byte range of the Parquet footer, so that a reader needs one ranged get for it. */
    footer_bytes: integer(),
    /** Whole month covered: the answer of `/read` to it, a gzipped JSON array that joins with others. */
    json_key: text(),
    json_bytes: integer(),
    sealed: integer({ mode: "boolean" }).notNull().default(false),
    /** Of rows that were computed from another file: names its state, so that a change of it is seen. */
    source: text(),
    job_id: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex("manifest_path").on(table.path),
    index("manifest_series").on(table.series_id, table.time_from),
    index("manifest_filter").on(table.exchange, table.symbol, table.type),
    index("manifest_features")
      .on(table.id)
      .where(sql`${table.version} IS NOT NULL`),
    /** Answers "has anything changed" without touching the rows. */
    index("manifest_updated").on(table.updated_at),
    // The check of the storage asks which file an object is.
    index("manifest_object").on(table.object_key),
    index("manifest_json").on(table.json_key),
  ],
);

/** Markets of an exchange as last read from it; `body` is the JSON list of the connector. */
export const exchangeMarkets = sqliteTable("exchange_markets", {
  exchange: text().primaryKey(),
  body: text().notNull(),
  fetched_at: integer().notNull(),
});

/** CSV files made for trading terminals. */
export const exports = sqliteTable(
  "exports",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    exchange: text().notNull(),
    market: text().notNull(),
    symbol: text().notNull(),
    timeframe: text().notNull(),
    /** `dataset-12` or `aggregated-1m`. */
    scope: text().notNull(),
    filename: text().notNull(),
    path: text().notNull(),
    object_key: text().notNull(),
    /** Of what the bytes are made from: an export of unchanged data is found by it. */
    source_hash: text().notNull(),
    size_bytes: integer().notNull(),
    sha256: text().notNull(),
    row_count: integer().notNull(),
    created_at: integer().notNull(),
    /** Ms; purged after. */
    expires_at: integer().notNull(),
  },
  (table) => [uniqueIndex("exports_source").on(table.source_hash), index("exports_expires").on(table.expires_at)],
);
