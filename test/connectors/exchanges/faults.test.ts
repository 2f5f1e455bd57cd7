import { describe, expect, test } from "vitest";
import { isRateLimit } from "../../../src/connectors/exchanges/errors.ts";
import { type Exchange, openExchange } from "../../../src/connectors/exchanges/exchange.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import type { Fault } from "../../support/exchange-server/world.ts";

const NOW = Date.UTC(2024, 1, 1);
const HOUR = 3_600_000;
const io = { fetch: (...call: Parameters<typeof fetch>) => fetch(...call), now: () => NOW };

async function openFaulty(id: string, ...faults: Fault[]): Promise<Exchange> {
  const world = await openWorld({ now: NOW, faults });
  return openExchange(io, id, { base_url: world.baseUrl(id) });
}

const failure = async (exchange: Exchange, query: { symbol?: string; timeframe?: string } = {}) => {
  const asked = { symbol: "BTC/USDT", timeframe: "1m", since: NOW - HOUR, until: NOW, ...query };
  return exchange.candles(asked).then(
    () => expect.unreachable("the page was answered"),
    (error: unknown) => error,
  );
};

const IDS = ["binance", "bybit", "okx", "kraken", "coinbase"];

describe.for(IDS)("%s", (id) => {
  test("a rate limit carries the seconds that the exchange asks for", async () => {
    const error = await failure(await openFaulty(id, { kind: "rate_limit", retry_after: "17" }));
    expect(error).toMatchObject({ status: 429, code: "RATE_LIMITED", retry_after: 17 });
    expect(isRateLimit(error)).toBe(true);
  });

  test("a ban without a time leaves the wait to the caller", async () => {
    const error = await failure(await openFaulty(id, { kind: "rate_limit", status: 418 }));
    expect(error).toMatchObject({ status: 429, retry_after: 0 });
  });

  test("a date in Retry-After becomes seconds", async () => {
    const retry_after = new Date(NOW + 90_000).toUTCString();
    expect(await failure(await openFaulty(id, { kind: "rate_limit", retry_after }))).toMatchObject({ retry_after: 90 });
  });

  test.for([403, 451])("status %i says that the region is refused, and is final", async (status) => {
    const error = await failure(await openFaulty(id, { kind: "status", status }));
    expect(error).toMatchObject({ status: 502, retry_after: undefined });
    expect(error).toHaveProperty("message", expect.stringMatching(/ refuses requests from this region$/));
  });

  test.for<[name: string, fault: Fault]>([
    ["an internal error", { kind: "status", status: 500 }],
    ["a page of HTML with status 503", { kind: "status", status: 503, body: "<html>down</html>" }],
    ["a page of HTML with status 200", { kind: "status", status: 200, body: "<html>maintenance</html>" }],
    ["an answer that is cut off", { kind: "malformed" }],
    // The runtime itself repeats a request whose connection closes.
    ["a closed connection", { kind: "disconnect", times: 100 }],
  ])("%s may be tried again, and then works", async ([, fault]) => {
    const world = await openWorld({ now: NOW, faults: [fault] });
    const exchange = await openExchange(io, id, { base_url: world.baseUrl(id) });
    expect(await failure(exchange)).toMatchObject({ status: 502, code: "UPSTREAM_ERROR", retry_after: 1 });
    await world.change({ faults: [] });
    const page = await exchange.candles({ symbol: "BTC/USDT", timeframe: "1m", since: NOW - HOUR, until: NOW });
    expect(page.candles.ts).toHaveLength(60);
  });

  test("a fault of the list of markets fails with its own reason", async () => {
    const exchange = await openFaulty(id, { kind: "status", status: 502, on: "markets" });
    await expect(exchange.markets()).rejects.toMatchObject({ status: 502, retry_after: 1 });
  });

  test("a symbol that is not listed is not found", async () => {
    const error = await failure(await openFaulty(id), { symbol: "NO/SUCH" });
    expect(error).toMatchObject({ status: 404, retry_after: undefined });
    expect(error).toHaveProperty("message", expect.stringMatching(/^Unknown symbol NO\/SUCH on /));
  });

  test("a timeframe that the exchange does not have is unprocessable", async () => {
    expect(await failure(await openFaulty(id), { timeframe: "7m" })).toMatchObject({
      status: 422,
      errors: [{ field: "timeframe", message: expect.stringMatching(/ has no 7m candles$/) }],
    });
  });
});

test("a symbol delisted since it was listed is not found either", async () => {
  const exchange = await openFaulty("binance");
  const [listing] = await exchange.markets();
  if (!listing) return expect.unreachable("no markets");
  exchange.setMarkets([{ ...listing, symbol: "OLD/USDT", exchange_symbol: "OLDUSDT" }]);
  expect(await failure(exchange, { symbol: "OLD/USDT" })).toMatchObject({ status: 404 });
});

test("403 that complains of frequency is a rate limit", async () => {
  const exchange = await openFaulty("bybit", { kind: "status", status: 403, body: "access too frequent" });
  expect(await failure(exchange)).toMatchObject({ status: 429, retry_after: 0 });
});

test("known markets spare the reading of the list", async () => {
  const world = await openWorld({ now: NOW });
  const open = () => openExchange(io, "binance", { base_url: world.baseUrl("binance") });
  const listings = await (await open()).markets();
  const asked = (await world.requests()).length;
  const exchange = await open();
  exchange.setMarkets(listings);
  await exchange.candles({ symbol: "BTC/USDT", timeframe: "1h", since: NOW - HOUR, until: NOW });
  expect((await world.requests()).slice(asked)).toEqual([
    `/binance/api/v3/klines?interval=1h&limit=1&symbol=BTCUSDT&startTime=${NOW - HOUR}&endTime=${NOW - 1}`,
  ]);
});

test("an exchange that ccxt does not know is not found", async () => {
  await expect(openExchange(io, "../binance")).rejects.toMatchObject({ status: 404 });
});
