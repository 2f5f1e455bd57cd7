import { expect, it } from "vitest";
import { startDownload } from "../../../src/domains/market-data/download.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { candlePages, manifest } from "../../../src/domains/market-data/tables.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import { fundingOf } from "../../support/exchange-server/funding-model.ts";
import type { Fault } from "../../support/exchange-server/world.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { breakEverywhere } from "./broken-jobs.ts";
import { clearRows, downloads, exchangeUrls } from "./downloads.ts";

const request = downloadParams.parse({
  exchange: "bybit",
  symbol: "BTCUSDT",
  market: "swap",
  data_type: "funding",
  start_date: "2024-01-25",
  end_date: "2024-02-05",
});
const expected = fundingOf({
  symbol: "BTC/USDT:USDT",
  from: Date.UTC(2024, 0, 25),
  to: Date.UTC(2024, 1, 6) - 1,
  limit: Infinity,
  keeps: "oldest",
}).map(({ ts, rate }) => ({ ts, funding_rate: rate }));

async function open() {
  const exchange = await openWorld();
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(exchange) });
  /** Reads the stored rows by DuckDB; each different state of them once. */
  const judged = new Map<string, unknown[]>();
  const check = async () => {
    const files = await world.ctx.db.select().from(manifest).orderBy(manifest.time_from);
    const keys = files.map(({ object_key }) => object_key);
    const state = keys.join(" ");
    if (!judged.has(state)) {
      const objects = await Promise.all(keys.map((key) => world.ctx.lake.get(key)));
      const bytes = await Promise.all(
        objects.map(async (object) => new Uint8Array((await object?.arrayBuffer()) ?? [])),
      );
      const inputs = Object.fromEntries(bytes.map((file, index) => [`f${index}`, file]));
      const all = Object.keys(inputs).map((name) => `FROM read_parquet({${name}})`);
      judged.set(state, await askDuckdb(`FROM (${all.join(" UNION ALL ")}) ORDER BY ts`, inputs));
    }
    expect(judged.get(state)).toEqual(expected);
    expect(await world.ctx.db.select().from(candlePages)).toEqual([]);
  };
  return { exchange, world, check };
}

it("a funding download that breaks at any of its operations leaves the same rates", async () => {
  const { world, check } = await open();
  const start = async () => {
    await clearRows(world.ctx.db);
    return (await startDownload(world.ctx, request)).id;
  };
  const operations = await breakEverywhere({ world, start, check });
  expect(operations).toBeGreaterThanOrEqual(20);
});

it.each<Fault>([
  { kind: "rate_limit", retry_after: "2" },
  { kind: "status", status: 502 },
  { kind: "disconnect" },
  { kind: "malformed" },
])("a funding download that meets %o goes on and leaves the same rates", async (fault) => {
  const { exchange, world, check } = await open();
  await exchange.change({ faults: [{ ...fault, on: "funding", skip: 1 }] });
  const { job } = await world.work((await startDownload(world.ctx, request)).id);
  expect(job).toMatchObject({ status: "completed", errors: [], results: { rows_in_files: expected.length } });
  await check();
});

it("a funding download that only meets faults fails with the reason and what it has", async () => {
  const { exchange, world } = await open();
  await exchange.change({ faults: [{ kind: "status", status: 502, on: "funding", skip: 1, times: 50 }] });
  const { job } = await world.work((await startDownload(world.ctx, request)).id);
  expect(job).toMatchObject({ status: "failed", errors: [expect.stringContaining("502")] });
  const files = await world.ctx.db.select().from(manifest);
  expect(files.reduce((sum, file) => sum + (file.row_count ?? 0), 0)).toBe(expected.length);
});
