import { sql } from "drizzle-orm";
import { getTableName } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { readCandles } from "../../../src/domains/market-data/candle-files.ts";
import { downloadJob } from "../../../src/domains/market-data/download.job.ts";
import { type Interval, mergeIntervals } from "../../../src/domains/market-data/intervals.ts";
import * as tables from "../../../src/domains/market-data/tables.ts";
import { CANDLE_COLUMNS, concatCandles } from "../../../src/formats/candles.ts";
import type { Database } from "../../../src/context.ts";
import type { JobDefinitions } from "../../../src/platform/jobs/define.ts";
import { circuits } from "../../../src/platform/outbound/tables.ts";
import { candleAt, modelStep } from "../../support/exchange-server/candle-model.ts";
import type { TestContext } from "../../support/context.ts";
import type { TestWorld } from "../../support/exchange-server/client.ts";

export const downloads: JobDefinitions = new Map([[downloadJob.type, downloadJob]]);

/** Five exchanges at the addresses of one world. */
export const exchangeUrls = (world: TestWorld) =>
  Object.fromEntries(["binance", "bybit", "okx", "kraken", "coinbase"].map((id) => [id, world.baseUrl(id)]));

/** All rows of all files of the lake's only series, as rows of six figures. */
export async function storedRows(ctx: TestContext): Promise<number[][]> {
  const entries = await ctx.db.select().from(tables.manifest).orderBy(tables.manifest.time_from);
  const pieces = await Promise.all(entries.map((entry) => readCandles(ctx, entry, { from: 0, to: Infinity })));
  const candles = concatCandles(pieces);
  return Array.from(candles.ts, (_, index) => CANDLE_COLUMNS.map((name) => candles[name][index] ?? Number.NaN));
}

/** The rows that an exchange's world has inside the intervals and outside of its gaps. */
export function expectedRows(
  world: { id: string; listed_at: number; gaps: Interval[] },
  symbol: string,
  timeframe: string,
  wanted: Interval[],
): number[][] {
  const step = modelStep(timeframe);
  const rows: number[][] = [];
  for (const { from, to } of mergeIntervals(wanted)) {
    for (let ts = Math.max(from, Math.ceil(world.listed_at / step) * step); ts < to; ts += step) {
      if (world.gaps.some((gap) => ts >= gap.from && ts < gap.to)) continue;
      const candle = candleAt(world.id, symbol, timeframe, ts);
      rows.push(CANDLE_COLUMNS.map((name) => candle[name]));
    }
  }
  return rows;
}

/** The gaps that the ledger holds, as intervals; all must have been asked for again. */
export async function ledgerGaps(ctx: TestContext): Promise<Interval[]> {
  const rows = await ctx.db.select().from(tables.coverageGaps);
  const open = rows.filter((row) => row.state === "missing");
  if (open.length > 0) throw new Error(`${open.length} gaps were never asked for again`);
  return mergeIntervals(rows.map(({ from_ts, to_ts }) => ({ from: from_ts, to: to_ts })));
}

/** Empties everything that a download writes, for the next run of a property. */
export async function clearLake(db: Database): Promise<void> {
  await clearRows(db);
  await emptyTables(db, [tables.series, tables.exchangeMarkets].map(getTableName));
}

/** Empties the lake but for what is known of exchanges and series. */
export async function clearRows(db: Database): Promise<void> {
  const rows = [tables.coverage, tables.coverageGaps, tables.candlePages, tables.manifest, circuits];
  await emptyTables(db, [...rows.map((table: SQLiteTable) => getTableName(table)), "jobs", "fence", "objects"]);
}

async function emptyTables(db: Database, names: string[]): Promise<void> {
  const [first, ...others] = names.map((name) => db.run(sql`DELETE FROM ${sql.identifier(name)}`));
  if (first) await db.batch([first, ...others]);
}
