import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import worker from "../../../src/index.ts";
import { openWorld, type TestWorld } from "../../support/exchange-server/client.ts";

type Overrides = Record<string, string>;

/** The front door, with exchanges where the test has put them. */
async function get(path: string, overrides: Overrides = {}) {
  const execution = createExecutionContext();
  const request = new Request<unknown, IncomingRequestCfProperties>(`http://localhost/api/v1/ingest/${path}`);
  const response = await worker.fetch(request, { ...env, ...overrides }, execution);
  const answer = { status: response.status, body: await response.json(), headers: response.headers };
  await waitOnExecutionContext(execution);
  return answer;
}

const at = (world: TestWorld, ...ids: string[]): Overrides => ({
  EXCHANGE_URLS: JSON.stringify(Object.fromEntries(ids.map((id) => [id, world.baseUrl(id)]))),
});

describe("the list of exchanges", () => {
  it("names every exchange of ccxt as it names itself", async () => {
    const { status, body } = await get("exchanges");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      exchanges: expect.arrayContaining([
        { id: "binance", name: "Binance" },
        { id: "bybit", name: "Bybit" },
        { id: "okx", name: "OKX" },
      ]),
    });
    expect(body).toHaveProperty("exchanges.length", 104);
  });

  it("is closed to strangers where market data is not open", async () => {
    expect(await get("exchanges", { ANONYMOUS_ACCESS: "" })).toMatchObject({ status: 401 });
  });
});

describe("the markets of an exchange", () => {
  it("are the distinct types of what it lists, sorted", async () => {
    const world = await openWorld();
    const { status, body } = await get("exchanges/binance/markets", at(world, "binance"));
    expect(status).toBe(200);
    expect(body).toEqual({
      markets: [
        { id: "future", name: "Future" },
        { id: "spot", name: "Spot" },
        { id: "swap", name: "Swap" },
      ],
    });
  });

  it("are read once and then kept for the time configured", async () => {
    const world = await openWorld();
    const urls = at(world, "kraken");
    await get("exchanges/kraken/markets", urls);
    const asked = await world.requests();
    await world.change({ faults: [{ kind: "status", status: 500, on: "markets", times: 100 }] });
    expect(await get("exchanges/KRAKEN/markets", urls)).toMatchObject({ body: { markets: [{ id: "spot" }] } });
    expect(await world.requests()).toEqual(asked);
    expect(await get("exchanges/kraken/markets", { ...urls, EXCHANGE_CACHE_SECONDS: "0" })).toMatchObject({
      status: 502,
    });
  });

  it("of an unknown exchange are not found", async () => {
    expect(await get("exchanges/mtgox/markets")).toMatchObject({
      status: 404,
      body: { error: "NOT_FOUND", message: "Unknown exchange: mtgox", detail: "Unknown exchange: mtgox", errors: [] },
    });
    expect(await get("exchanges/__proto__/markets")).toMatchObject({ status: 404 });
    expect(await get("exchanges/..%2Fbinance/markets")).toMatchObject({ status: 404 });
  });

  it("are never invented when the exchange fails", async () => {
    const world = await openWorld({ faults: [{ kind: "status", status: 500, on: "markets", times: 100 }] });
    const { status, body } = await get("exchanges/okx/markets", at(world, "okx"));
    expect(status).toBe(502);
    expect(body).toMatchObject({ error: "UPSTREAM_ERROR", message: "OKX answered with status 500" });
  });

  it("say when the exchange limits us, and for how long", async () => {
    const world = await openWorld({ faults: [{ kind: "rate_limit", retry_after: "12", on: "markets", times: 100 }] });
    const { status, headers } = await get("exchanges/kraken/markets", at(world, "kraken"));
    expect(status).toBe(429);
    expect(headers.get("Retry-After")).toBe("12");
  });

  it("say when the exchange refuses our region", async () => {
    const world = await openWorld({ faults: [{ kind: "status", status: 451, on: "markets", times: 100 }] });
    expect(await get("exchanges/bybit/markets", at(world, "bybit"))).toMatchObject({
      status: 502,
      body: { message: "Bybit refuses requests from this region" },
    });
  });
});

describe("the symbols of an exchange", () => {
  const spot = ["BTC/USDT", "ETH/BTC", "ETH/USDT", "SOL/USDT", "XRP/USDT"];

  it.for(["binance", "bybit", "okx", "kraken", "coinbase"])("are those that trade spot on %s", async (id) => {
    const world = await openWorld();
    expect(await get(`exchanges/${id}/symbols`, at(world, id))).toMatchObject({ status: 200, body: { symbols: spot } });
  });

  it.for([
    ["swap", ["BTC/USD:BTC", "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"]],
    ["LINEAR", ["BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"]],
    ["inverse", ["BTC/USD:BTC"]],
    ["future", ["BTC/USDT:USDT-301227"]],
    ["FUTURES", ["BTC/USDT:USDT-301227"]],
    ["option", []],
  ] as const)("of the market %s are its own", async ([market, symbols]) => {
    const world = await openWorld();
    const { body } = await get(`exchanges/bybit/symbols?market=${market}`, at(world, "bybit"));
    expect(body).toEqual({ symbols });
  });

  it("of an unknown exchange are not found", async () => {
    expect(await get("exchanges/mtgox/symbols")).toMatchObject({ status: 404, body: { error: "NOT_FOUND" } });
  });

  it("need a market with a name", async () => {
    expect(await get("exchanges/binance/symbols?market=")).toMatchObject({
      status: 422,
      body: { errors: [{ field: "market" }] },
    });
  });
});
