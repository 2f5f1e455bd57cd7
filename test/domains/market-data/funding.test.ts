import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { startRequested } from "../../../src/domains/market-data/download.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { manifest } from "../../../src/domains/market-data/tables.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import { fundingOf } from "../../support/exchange-server/funding-model.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { downloads, exchangeUrls } from "./downloads.ts";

const asked = { symbol: "BTCUSDT", market: "swap", timeframe: "1h", start_date: "2024-01-01", end_date: "2024-02-29" };
const model = { symbol: "BTC/USDT:USDT", to: Date.UTC(2024, 2, 1) - 1, limit: Infinity, keeps: "oldest" as const };
const expected = ratesFrom(Date.UTC(2024, 0, 1));

function ratesFrom(from: number) {
  return fundingOf({ ...model, from }).map(({ ts, rate }) => ({ ts, funding_rate: rate }));
}

/** The rates from `start` to the end of February, as `/read` answers them. */
async function readRates(exchange: string, start: string) {
  const query = `exchange=${exchange}&symbol=BTCUSDT&start=${start}&end=2024-02-29&data_type=alt&timeframe=funding`;
  const request = new Request(`http://localhost/read?${query}`);
  return (await createApp().fetch(request, env, createExecutionContext())).json();
}

it.each(["binance", "bybit"])(
  "funding rates of %s are kept by month beside the candles, and read",
  async (exchange) => {
    const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(await openWorld()) });
    const request = { ...downloadParams.parse({ ...asked, exchange }), data_type: "both" as const };
    const jobs = await startRequested(world.ctx, request);
    for (const { id } of jobs) expect((await world.work(id)).job).toMatchObject({ status: "completed", errors: [] });
    const files = (await world.ctx.db.select().from(manifest)).filter(({ type }) => type === "alt");
    const folder = `data/${exchange.toUpperCase()}/SWAP/BTCUSDT/alt/funding/2024`;
    expect(files.map(({ path }) => path)).toEqual([
      `${folder}/01/BTCUSDT_funding_202401.parquet`,
      `${folder}/02/BTCUSDT_funding_202402.parquet`,
    ]);
    const stored: unknown[] = [];
    for (const file of files) {
      const object = await world.ctx.lake.get(file.object_key);
      const bytes = new Uint8Array((await object?.arrayBuffer()) ?? []);
      stored.push(...(await askDuckdb("FROM read_parquet({file}) ORDER BY ts", { file: bytes })));
    }
    expect(stored).toEqual(expected);
    expect(await readRates(exchange, "2024-01-01")).toEqual(expected);
  },
);

it("a funding download that has everything asks for nothing", async () => {
  const exchange = await openWorld();
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(exchange) });
  const request = downloadParams.parse({ ...asked, data_type: "funding" });
  for (const fetched_rows of [expected.length, 0]) {
    const [job] = await startRequested(world.ctx, request);
    expect((await world.work(job?.id ?? "")).job.results).toMatchObject({ fetched_rows });
  }
});

it.each([
  ["binance", 3],
  ["bybit", 8],
])("fourteen months of rates of %s come in %i pages", async (exchange, pages) => {
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(await openWorld()) });
  const request = { ...asked, exchange, data_type: "funding", start_date: "2023-01-01" };
  const [job] = await startRequested(world.ctx, downloadParams.parse(request));
  const rates = (365 + 31 + 29) * 3;
  expect((await world.work(job?.id ?? "")).job).toMatchObject({
    status: "completed",
    results: { fetched_rows: rates, rows_in_files: rates, files: 14, pages },
  });
});

it("what OKX no longer offers of its rates is named, and the rest is stored", async () => {
  const now = Date.UTC(2024, 2, 1, 0, 30);
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(await openWorld({ now })) });
  world.ctx.advance(now - Date.now());
  const request = { ...asked, exchange: "okx", data_type: "funding", start_date: "2023-11-01", end_date: "2024-02-29" };
  const [started] = await startRequested(world.ctx, downloadParams.parse(request));
  const { job } = await world.work(started?.id ?? "");
  expect(job).toMatchObject({
    status: "completed",
    errors: [
      expect.stringMatching(/okx no longer offers funding rates from 2023-11-01T00:00:00.000Z to 2023-12-03T00:3/),
    ],
  });
  expect(await readRates("okx", "2023-11-01")).toEqual(ratesFrom(Date.UTC(2023, 11, 3, 8)));
});
