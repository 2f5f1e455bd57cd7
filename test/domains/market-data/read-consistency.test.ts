import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { writeMonth } from "../../../src/domains/market-data/candle-files.ts";
import { createSeries, findSeries } from "../../../src/domains/market-data/series.store.ts";
import { createCandles } from "../../../src/formats/candles.ts";
import type { Statement } from "../../../src/platform/jobs/define.ts";
import { testContext } from "../../support/context.ts";

const HOUR = 3_600_000;
const MONTH = Date.UTC(2024, 0, 1);
const ROWS = 744;
const READS = 1000;

const identity = { exchange: "BINANCE", market: "SPOT", symbol: "BTCUSDT", data_type: "raw", timeframe: "1h" };

function version(price: number) {
  const candles = createCandles(ROWS);
  for (let row = 0; row < ROWS; row++) {
    candles.ts[row] = MONTH + row * HOUR;
    for (const name of ["open", "high", "low", "close", "volume"] as const) candles[name][row] = price + row / 8;
  }
  return candles;
}

it(`a read while a month is being rewritten answers one version or the other, ${READS} times`, async () => {
  const ctx = testContext();
  await createSeries(ctx.db, {
    ...identity,
    unified_symbol: "BTC/USDT",
    unified_key: "BTCUSDT",
    exchange_key: "BTCUSDT",
    created_at: 0,
  });
  const [series] = await findSeries(ctx.db, identity);
  if (!series) throw new Error("no series");
  const versions = [version(100), version(50_000)];
  const write = async (turn: number) => {
    const candles = versions[turn % 2] ?? createCandles(0);
    const file = await writeMonth(ctx, {
      series,
      month: "2024-01",
      rows: candles,
      origin: "test",
      sealed: turn % 4 < 2,
    });
    const [first, ...rest] = file.statements;
    if (first) await ctx.db.batch([first, ...rest] as [Statement, ...Statement[]]);
  };
  await write(0);

  const app = createApp();
  const url = "http://localhost/read?exchange=BINANCE&symbol=BTCUSDT&start=2024-01-01&end=2024-01-31&timeframe=1h";
  const seen = new Map<number, number>();
  const reading = new AbortController();
  const writing = (async () => {
    for (let turn = 1; !reading.signal.aborted; turn++) await write(turn);
  })();
  for (let read = 0; read < READS; read++) {
    const response = await app.fetch(new Request(url), env, createExecutionContext());
    expect(response.status).toBe(200);
    const rows = await response.json<{ ts: number; open: number; close: number }[]>();
    const price = rows[0]?.open ?? Number.NaN;
    const whole =
      rows.length === ROWS && rows.every((row, index) => row.open === price + index / 8 && row.close === row.open);
    expect(whole, `read ${read} began with ${price}`).toBe(true);
    seen.set(price, (seen.get(price) ?? 0) + 1);
  }
  reading.abort();
  await writing;
  expect([...seen.keys()].toSorted((a, b) => a - b)).toEqual([100, 50_000]);
}, 180_000);
