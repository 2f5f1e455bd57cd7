import { eq } from "drizzle-orm";
import type { Context } from "../../src/context.ts";
import { writeMonth } from "../../src/domains/market-data/candle-files.ts";
import { createSeries, type SeriesRow } from "../../src/domains/market-data/series.store.ts";
import { symbolKey } from "../../src/domains/market-data/symbols.ts";
import { series } from "../../src/domains/market-data/tables.ts";
import { type Candles, candlesFromRows } from "../../src/formats/candles.ts";
import type { Statement } from "../../src/platform/jobs/define.ts";

export const MINUTE = 60_000;
export const JANUARY = Date.UTC(2024, 0, 1);
export const FEBRUARY = Date.UTC(2024, 1, 1);

type SeriesInput = Partial<Pick<SeriesRow, "exchange" | "market" | "symbol" | "unified_symbol" | "timeframe">> & {
  exchange_symbol?: string;
};

/** A series as a download creates it; binance's BTC/USDT in minutes unless said otherwise. */
export async function seedSeries(ctx: Context, input: SeriesInput = {}): Promise<SeriesRow> {
  const symbol = input.symbol ?? "BTCUSDT";
  const unified_symbol = input.unified_symbol ?? "BTC/USDT";
  await createSeries(ctx.db, {
    exchange: input.exchange ?? "BINANCE",
    market: input.market ?? "SPOT",
    symbol,
    unified_symbol,
    unified_key: symbolKey(unified_symbol),
    exchange_key: symbolKey(input.exchange_symbol ?? symbol),
    data_type: "raw",
    timeframe: input.timeframe ?? "1m",
    created_at: ctx.now(),
  });
  const rows = await ctx.db.select().from(series).where(eq(series.symbol, symbol));
  const row = rows.at(-1);
  if (!row) throw new Error("The series was not created");
  return row;
}

/** Stores rows of a month as a download does, and shows them to readers. */
export async function storeMonth(ctx: Context, row: SeriesRow, month: string, candles: Candles, sealed = false) {
  const written = await writeMonth(ctx, { series: row, month, rows: candles, origin: "job_0000000000000001", sealed });
  await runBatch(ctx, written.statements);
  return written;
}

/** Runs statements as one transaction. */
export async function runBatch(ctx: Context, [first, ...others]: Statement[]): Promise<void> {
  if (first) await ctx.db.batch([first, ...others]);
}

/** A walk of prices with two decimals, a candle a minute. */
export function minuteCandles(from: number, count: number): Candles {
  return candlesFromRows(
    Array.from({ length: count }, (_, index) => {
      const open = 42_000 + Math.round(Math.sin(index / 50) * 100_000) / 100;
      return [from + index * MINUTE, open, open + 10.25, open - 7.5, open + 0.01, (index % 977) / 1000];
    }),
  );
}

/** The rows as `/read` prints them. */
export function rowsOf(candles: Candles) {
  const { ts, open, high, low, close, volume } = candles;
  const at = (column: Float64Array, index: number) => column[index] ?? Number.NaN;
  return Array.from(ts, (time, index) => ({
    ts: time,
    open: at(open, index),
    high: at(high, index),
    low: at(low, index),
    close: at(close, index),
    volume: at(volume, index),
  }));
}
