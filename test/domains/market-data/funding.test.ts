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
const expected = fundingOf({
  symbol: "BTC/USDT:USDT",
  from: Date.UTC(2024, 0, 1),
  to: Date.UTC(2024, 2, 1) - 1,
  limit: Infinity,
  keeps: "oldest",
}).map(({ ts, rate }) => ({ ts, funding_rate: rate }));

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
    const query = `exchange=${exchange}&symbol=BTCUSDT&start=2024-01-01&end=2024-02-29&data_type=alt&timeframe=funding`;
    const answer = await createApp().fetch(
      new Request(`http://localhost/read?${query}`),
      env,
      createExecutionContext(),
    );
    expect(await answer.json()).toEqual(expected);
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
