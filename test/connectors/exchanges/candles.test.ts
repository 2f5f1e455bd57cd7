import { describe, expect, test } from "vitest";
import { openExchange } from "../../../src/connectors/exchanges/exchange.ts";
import type { Candles } from "../../../src/formats/candles.ts";
import { candleAt, modelStep } from "../../support/exchange-server/candle-model.ts";
import { openWorld, type TestWorld } from "../../support/exchange-server/client.ts";
import type { WorldOptions } from "../../support/exchange-server/world.ts";

const START = Date.UTC(2024, 0, 1);
const NOW = Date.UTC(2024, 1, 1, 0, 0, 30);
const MINUTE = 60_000;

/** Opens an exchange of a world, at a time at which both agree. */
async function openAt(exchange: string, options: WorldOptions = {}) {
  const world = await openWorld({ now: NOW, listed_at: START, ...options });
  const io = { fetch: (...call: Parameters<typeof fetch>) => fetch(...call), now: () => options.now ?? NOW };
  return { world, exchange: await openExchange(io, exchange, { base_url: world.baseUrl(exchange) }) };
}

const rowsOf = ({ ts, open, high, low, close, volume }: Candles) =>
  Array.from(ts, (at, row) => ({
    ts: at,
    open: open[row],
    high: high[row],
    low: low[row],
    close: close[row],
    volume: volume[row],
  }));

const expected = (world: TestWorld, symbol: string, timeframe: string, from: number, to: number) => {
  const step = modelStep(timeframe);
  const length = Math.max(0, Math.ceil((to - from) / step));
  return Array.from({ length }, (_, row) => candleAt(world.id, symbol, timeframe, from + row * step, NOW));
};

const PAGES = [
  { id: "binance", symbol: "BTC/USDT", size: 1000 },
  { id: "binance", symbol: "BTC/USDT:USDT", size: 1000 },
  { id: "binance", symbol: "BTC/USDT:USDT-301227", size: 1000 },
  { id: "bybit", symbol: "ETH/USDT", size: 1000 },
  { id: "bybit", symbol: "BTC/USD:BTC", size: 1000 },
  { id: "okx", symbol: "BTC/USDT:USDT", size: 100 },
  { id: "coinbase", symbol: "BTC/USDT", size: 300 },
];

describe.for(PAGES)("candles of $symbol on $id", ({ id, symbol, size }) => {
  test("one page is as long as the exchange lets it be, and proves itself", async () => {
    const { world, exchange } = await openAt(id);
    const since = START + 60 * MINUTE;
    const page = await exchange.candles({ symbol, timeframe: "1m", since, until: START + 5000 * MINUTE });
    const end = since + size * MINUTE;
    expect(rowsOf(page.candles)).toEqual(expected(world, symbol, "1m", since, end));
    expect(page).toMatchObject({ covered_until: end, unavailable_until: null });
  });

  test("an answer cut short by the exchange proves no more than it shows, however it is ordered", async () => {
    const { world, exchange } = await openAt(id, { page_size: 40, reversed: true, duplicates: true });
    const until = START + 90 * MINUTE;
    let since = START;
    const rows = [];
    while (since < until) {
      const page = await exchange.candles({ symbol, timeframe: "1m", since, until });
      rows.push(...rowsOf(page.candles));
      expect(page.covered_until).toBeGreaterThan(since);
      since = page.covered_until;
    }
    expect(rows).toEqual(expected(world, symbol, "1m", START, until));
    expect(since).toBe(until);
  });

  test("missing candles stay missing, and an empty window is proven empty", async () => {
    const gap: [number, number] = [START + 10 * MINUTE, START + 60 * MINUTE];
    const { world, exchange } = await openAt(id, { gaps: [gap] });
    const page = await exchange.candles({ symbol, timeframe: "1m", since: START, until: START + 90 * MINUTE });
    expect(rowsOf(page.candles)).toEqual([
      ...expected(world, symbol, "1m", START, gap[0]),
      ...expected(world, symbol, "1m", gap[1], START + 90 * MINUTE),
    ]);
    const [from, until] = gap;
    const empty = await exchange.candles({ symbol, timeframe: "1m", since: from, until });
    expect(rowsOf(empty.candles)).toEqual([]);
    expect(empty.covered_until).toBe(until);
  });

  test("the first candle is found", async () => {
    const listed_at = Date.UTC(2023, 4, 17, 13, 37);
    const { exchange } = await openAt(id, { listed_at });
    expect(await exchange.firstCandle({ symbol, timeframe: "1m" })).toBe(listed_at);
    expect(await exchange.firstCandle({ symbol, timeframe: "1d" })).toBe(Date.UTC(2023, 4, 17));
  });
});

test("the candle that is forming is handed on as the exchange gave it", async () => {
  const { world, exchange } = await openAt("binance");
  const since = NOW - 30_000 - MINUTE;
  const page = await exchange.candles({ symbol: "BTC/USDT", timeframe: "1m", since, until: NOW });
  expect(rowsOf(page.candles)).toEqual(expected(world, "BTC/USDT", "1m", since, NOW));
  expect(page.candles.ts).toHaveLength(2);
});

describe("Kraken, which answers with its 720 most recent candles only", () => {
  const symbol = "BTC/USDT";
  const reach = NOW - 30_000 - 719 * MINUTE;

  test("an older start says from when on there is history", async () => {
    const { world, exchange } = await openAt("kraken");
    const until = NOW - 30_000;
    const page = await exchange.candles({ symbol, timeframe: "1m", since: START, until });
    expect(rowsOf(page.candles)).toEqual(expected(world, symbol, "1m", reach, until));
    expect(page).toMatchObject({ covered_until: until, unavailable_until: reach });
  });

  test("a stretch wholly before it costs no request", async () => {
    const { world, exchange } = await openAt("kraken");
    await exchange.markets();
    const asked = (await world.requests()).length;
    exchange.setMarkets(await exchange.markets());
    const page = await exchange.candles({ symbol, timeframe: "1m", since: START, until: START + MINUTE });
    expect(page.candles.ts).toHaveLength(0);
    expect(page).toMatchObject({ covered_until: START + MINUTE, unavailable_until: START + MINUTE });
    expect((await world.requests()).slice(asked).filter((path) => path.includes("OHLC"))).toEqual([]);
  });

  test("its first candle is the oldest that it still has", async () => {
    const { exchange } = await openAt("kraken");
    expect(await exchange.firstCandle({ symbol, timeframe: "1m" })).toBe(reach);
  });
});
