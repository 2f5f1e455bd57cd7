import { expect, it } from "vitest";
import { type CandleSource, fetchCandles } from "../../../src/connectors/exchanges/candle-page.ts";
import { type CcxtCandle, createClient } from "../../../src/connectors/exchanges/ccxt.ts";
import { quirksOf } from "../../../src/connectors/exchanges/quirks.ts";

const MINUTE = 60_000;
const NOW = Date.UTC(2024, 0, 1, 12);
const START = NOW - 600 * MINUTE;
const candle = (ts: number): CcxtCandle => [ts, 1, 2, 0.5, 1.5, 10];
const minutes = (from: number, to: number) =>
  Array.from({ length: (to - from) / MINUTE }, (_, row) => from + row * MINUTE);

/** An exchange whose every answer is these rows. */
async function answering(id: string, rows: CcxtCandle[]): Promise<CandleSource> {
  const client = await createClient(id, { enableRateLimit: false });
  client.fetchOHLCV = () => Promise.resolve(rows);
  const listing = {
    ...{ symbol: "A/B", exchange_symbol: "AB", market: "SPOT", base: "A", quote: "B" },
    ...{ settle: null, linear: false, inverse: false, active: true },
  };
  return { client, name: "Acme", quirks: quirksOf(id), listing, offered: ["1m"], now: () => NOW };
}

it("an exchange that ignores the start and answers with its newest candles has no older history", async () => {
  const rows = minutes(NOW - 100 * MINUTE, NOW).map(candle);
  const source = await answering("coinex", rows);
  const before = await fetchCandles(source, "1m", { since: START, until: START + 60 * MINUTE });
  expect(before.candles.ts).toHaveLength(0);
  expect(before).toMatchObject({ covered_until: START + 60 * MINUTE, unavailable_until: START + 60 * MINUTE });
  const across = await fetchCandles(source, "1m", { since: START, until: NOW });
  expect(across.candles.ts).toHaveLength(100);
  expect(across).toMatchObject({ covered_until: NOW, unavailable_until: NOW - 100 * MINUTE });
});

it("rows out of order, twice, or outside of the window are put right, the last of a time winning", async () => {
  const rows = [candle(START + MINUTE), candle(START), [START, 3, 3, 3, 3, 3], candle(START - MINUTE), candle(NOW)];
  const page = await fetchCandles(await answering("binance", rows), "1m", { since: START, until: START + 9 * MINUTE });
  expect(Array.from(page.candles.ts)).toEqual([START, START + MINUTE]);
  expect(Array.from(page.candles.close)).toEqual([3, 1.5]);
});

it.for([
  ["without a time", [undefined, 1, 1, 1, 1, 1]],
  ["without a price", [START, 1, undefined, 1, 1, 1]],
  ["with a price that is no number", [START, 1, Number.NaN, 1, 1, 1]],
] as const)("a row %s is an answer that cannot be trusted", async ([, row]) => {
  const source = await answering("binance", [[...row]]);
  const page = fetchCandles(source, "1m", { since: START, until: NOW });
  await expect(page).rejects.toMatchObject({ status: 502, retry_after: 1 });
});

it("a volume that the exchange does not tell is nought", async () => {
  const source = await answering("binance", [[START, 1, 1, 1, 1, undefined]]);
  const page = await fetchCandles(source, "1m", { since: START, until: NOW });
  expect(Array.from(page.candles.volume)).toEqual([0]);
});

it("an exchange that gives one candle at a time, newest first, is not asked for ever", async () => {
  const source = await answering("bybit", []);
  source.client.fetchOHLCV = (_symbol, _timeframe, _since, _limit, params) =>
    Promise.resolve([candle(Math.floor(Number(params?.until) / MINUTE) * MINUTE)]);
  const page = fetchCandles(source, "1m", { since: START, until: NOW });
  await expect(page).rejects.toMatchObject({ message: "Acme gives too few candles at once" });
});
