import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { manifest } from "../../../src/domains/market-data/tables.ts";
import { testContext } from "../../support/context.ts";
import { FEBRUARY, JANUARY, minuteCandles, seedSeries, storeMonth } from "../../support/lake.ts";

const list = (query = "", headers: HeadersInit = {}) =>
  exports.default.fetch(`http://localhost/list${query}`, { headers });

/** Spot and swap of one pair on binance, spot of another on kraken. */
async function seedLake() {
  const ctx = testContext();
  const spot = await seedSeries(ctx);
  await storeMonth(ctx, spot, "2024-01", minuteCandles(JANUARY, 2));
  await storeMonth(ctx, spot, "2024-02", minuteCandles(FEBRUARY, 2));
  const future = { market: "FUTURES", symbol: "BTCUSDT240628", unified_symbol: "BTC/USDT:USDT-240628" };
  await storeMonth(ctx, await seedSeries(ctx, future), "2024-01", minuteCandles(JANUARY, 2));
  const kraken = { exchange: "KRAKEN", symbol: "ETHEUR", unified_symbol: "ETH/EUR", exchange_symbol: "XETHZEUR" };
  await storeMonth(ctx, await seedSeries(ctx, kraken), "2024-01", minuteCandles(JANUARY, 2));
  return ctx;
}

const ids = async (response: Response) => ((await response.json()) as { id: number }[]).map(({ id }) => id);

it("an empty lake is an empty array", async () => {
  const response = await list();
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("application/json");
  expect(await response.json()).toEqual([]);
});

it("every entry has the document's six fields, in the order of its id", async () => {
  await seedLake();
  const entry = (id: number, exchange: string, market: string, symbol: string, month: string) => ({
    id,
    symbol,
    exchange,
    market,
    path: `data/${exchange}/${market}/${symbol}/raw/1m/2024/${month}/${symbol}_1m_2024${month}.parquet`,
    type: "raw",
  });
  expect(await (await list()).json()).toEqual([
    entry(1, "BINANCE", "SPOT", "BTCUSDT", "01"),
    entry(2, "BINANCE", "SPOT", "BTCUSDT", "02"),
    entry(3, "BINANCE", "FUTURES", "BTCUSDT240628", "01"),
    entry(4, "KRAKEN", "SPOT", "ETHEUR", "01"),
  ]);
});

it.each([
  ["?symbol=BTCUSDT", [1, 2]],
  ["?symbol=btc_usdt", [1, 2]],
  ["?symbol=BTC%2FUSDT", [1, 2]],
  ["?symbol=XETHZEUR", [4]],
  ["?symbol=BTC/USDT:USDT-240628", [3]],
  ["?exchange=kraken", [4]],
  ["?market=future", [3]],
  ["?market=futures&exchange=Binance", [3]],
  ["?data_type=raw&market=SPOT&symbol=BTCUSDT", [1, 2]],
  ["?data_type=ticks", []],
  ["?exchange=nowhere", []],
  ["?symbol=%27%20OR%201%3D1%20--", []],
  ["?symbol=..%2F..%2Fetc%2Fpasswd&market=%25", []],
])("%s finds %j", async (query, expected) => {
  await seedLake();
  expect(await ids(await list(query))).toEqual(expected);
  expect(await ids(await list(`${query}&limit=100`))).toEqual(expected);
});

it("pages follow each other by the Link header, each entry once", async () => {
  await seedLake();
  const first = await list("?exchange=BINANCE&limit=2");
  expect(await ids(first)).toEqual([1, 2]);
  expect(first.headers.get("Link")).toBe('</list?exchange=BINANCE&limit=2&cursor=2>; rel="next"');
  const second = await list("?exchange=BINANCE&limit=2&cursor=2");
  expect(await ids(second)).toEqual([3]);
  expect(second.headers.get("Link")).toBeNull();
});

it("answers 304 until the manifest changes", async () => {
  const ctx = await seedLake();
  const etag = (await list()).headers.get("ETag") ?? "";
  const unchanged = await list("", { "If-None-Match": `"other", ${etag}` });
  expect(unchanged.status).toBe(304);
  expect(await unchanged.text()).toBe("");
  await storeMonth(ctx, await seedSeries(ctx, { symbol: "NEW" }), "2024-01", minuteCandles(JANUARY, 1));
  expect((await list("", { "If-None-Match": etag })).status).toBe(200);
  await ctx.db.delete(manifest);
  expect((await list("", { "If-None-Match": etag })).status).toBe(200);
});

it.each([20_000, 25_000])("%i entries come whole, in several queries", async (count) => {
  await env.DB.prepare(
    `INSERT INTO manifest (exchange, market, symbol, type, path, object_key, size_bytes, checksum, created_at, updated_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     SELECT 'BINANCE', 'SPOT', 'BTCUSDT', 'raw', 'data/' || i || '"ü', 'k' || i, 1, '', 1, i FROM n`,
  ).run();
  const entries = (await (await list("?symbol=BTCUSDT")).json()) as { id: number; path: string }[];
  expect(entries.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  expect(entries[14_321]?.path).toBe('data/14322"ü');
});

it.each(["?limit=0", "?limit=x", "?cursor=-1", "?symbol=", `?symbol=${"A".repeat(129)}`])(
  "%s is a 422",
  async (query) => {
    const response = await list(query);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: "VALIDATION_ERROR" });
  },
);

it("is closed to strangers where ANONYMOUS_ACCESS does not open it, and to a wrong token everywhere", async () => {
  const closed = { ...env, ANONYMOUS_ACCESS: "" };
  const stranger = await createApp().request("http://localhost/list", {}, closed, createExecutionContext());
  expect(stranger.status).toBe(401);
  expect((await list("", { Authorization: "Bearer nonsense" })).status).toBe(401);
});

it("the API's own health says ok", async () => {
  const response = await exports.default.fetch("http://localhost/api/v1/health");
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok" });
});
