import { expect, it } from "vitest";
import { collectJob } from "../../../src/domains/market-data/collection-schedules.job.ts";
import { createCollectionSchedule } from "../../../src/domains/market-data/collection-schedules.ts";
import { startDownload } from "../../../src/domains/market-data/download.ts";
import { downloadJob } from "../../../src/domains/market-data/download.job.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import type { AnyJobDefinition, JobDefinitions } from "../../../src/platform/jobs/define.ts";
import { startOrJoinJob } from "../../../src/platform/jobs/start.ts";
import { jobs } from "../../../src/platform/jobs/tables.ts";
import { tick } from "../../../src/platform/schedules/tick.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { breakEverywhere } from "./broken-jobs.ts";
import { clearRows, exchangeUrls, expectedRows, storedRows } from "./downloads.ts";

const HOUR = 3_600_000;
const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
const definitions: JobDefinitions = new Map([downloadJob, collectJob].map((job: AnyJobDefinition) => [job.type, job]));
const hourly = { exchange: "binance", symbol: "BTCUSDT", market: "spot", timeframe: "1h", data_type: "raw" as const };
const known = { ...hourly, start_date: "2024-01-01", end_date: "2024-01-10" };

/** An exchange and a platform whose clocks both stand at `now`. */
async function openAt(now: number) {
  const exchange = await openWorld({ now });
  const world = openJobWorld(definitions, { EXCHANGE_URLS: exchangeUrls(exchange) });
  world.ctx.advance(now - Date.now());
  const rowsUntil = (to: number) =>
    expectedRows({ id: exchange.id, listed_at: 0, gaps: [] }, "BTC/USDT", "1h", [{ from: day("2024-01-01"), to }]);
  return { exchange, world, rowsUntil };
}

it("a cron tick starts the collection of what the coverage lacks, and the next tick of what is new since", async () => {
  const { exchange, world, rowsUntil } = await openAt(day("2024-01-15") + HOUR / 2);
  const { ctx } = world;
  await world.work((await startDownload(ctx, downloadParams.parse(known))).id);
  const schedule = { name: "hourly", series: [hourly], cron_expression: "5 * * * *", time_zone: "UTC" };
  await createCollectionSchedule(ctx, { ...schedule, catch_up: "once", enabled: true });
  for (const [time, to, rows] of [
    [day("2024-01-15") + 1.1 * HOUR, day("2024-01-15") + HOUR, 5 * 24 - 24 + 1],
    [day("2024-01-15") + 3.1 * HOUR, day("2024-01-15") + 3 * HOUR, 2],
  ] as const) {
    const before = (await exchange.requests()).length;
    ctx.advance(time - ctx.now());
    await exchange.change({ now: time });
    await tick(ctx, definitions);
    await tick(ctx, definitions);
    const [collection] = (await ctx.db.select().from(jobs)).filter(
      ({ type, status }) => type === "collect" && status === "pending",
    );
    expect((await world.work(collection?.id ?? "")).job).toMatchObject({
      status: "completed",
      errors: [],
      results: { started: 1, joined: 0 },
    });
    expect(await storedRows(ctx)).toEqual(rowsUntil(to));
    const [download] = (await ctx.db.select().from(jobs)).filter(({ type }) => type === "download").toReversed();
    expect(download).toMatchObject({ status: "completed", results: { fetched_rows: rows } });
    expect((await exchange.requests()).slice(before).filter((path) => path.includes("klines"))).toHaveLength(1);
  }
});

it("a collection names the series that cannot be downloaded any more and collects the others", async () => {
  const { world } = await openAt(day("2024-01-02"));
  const gone = { ...hourly, exchange: "nasdaq" };
  const series = [gone, { ...hourly, start_date: "2024-01-01" }];
  const { job } = await startOrJoinJob(world.ctx, collectJob, { series });
  expect((await world.work(job.id)).job).toMatchObject({
    status: "completed",
    errors: ["nasdaq/BTCUSDT: exchange Unknown exchange: nasdaq"],
    results: { started: 1 },
  });
});

it("a collection that breaks at any of its operations leaves the same rows", async () => {
  const { exchange, world, rowsUntil } = await openAt(day("2024-01-02") + HOUR / 2);
  // Breaking takes time of our clock, in which further candles close.
  await exchange.change({ now: day("2024-02-01") });
  const { ctx } = world;
  const operations = await breakEverywhere({
    world,
    async start() {
      await clearRows(ctx.db);
      const { job } = await startOrJoinJob(ctx, collectJob, { series: [{ ...hourly, start_date: "2024-01-01" }] });
      return job.id;
    },
    async check() {
      // The break may have hit the download, which then ends after the collection that started it.
      for (const { id, type } of await ctx.db.select().from(jobs)) if (type === "download") await world.work(id);
      const rows = await storedRows(ctx);
      expect(rows.length).toBeGreaterThanOrEqual(24);
      expect(rows).toEqual(rowsUntil(day("2024-01-01") + rows.length * HOUR));
      const ended = (await ctx.db.select().from(jobs)).map(({ status }) => status);
      expect(new Set(ended)).toEqual(new Set(["completed"]));
    },
  });
  expect(operations).toBeGreaterThanOrEqual(15);
});
