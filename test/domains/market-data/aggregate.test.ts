import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { startAggregate } from "../../../src/domains/market-data/aggregate.ts";
import { aggregateJob } from "../../../src/domains/market-data/aggregate.job.ts";
import { readCandles } from "../../../src/domains/market-data/candle-files.ts";
import { coverage, manifest } from "../../../src/domains/market-data/tables.ts";
import { startDownload } from "../../../src/domains/market-data/download.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { candlesFromRows } from "../../../src/formats/candles.ts";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import type { JobDefinitions } from "../../../src/platform/jobs/define.ts";
import { findJob } from "../../../src/platform/jobs/job.store.ts";
import { jobs as jobTable } from "../../../src/platform/jobs/tables.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { FEBRUARY, JANUARY, MINUTE, minuteCandles, rowsOf, seedSeries, storeMonth } from "../../support/lake.ts";
import { downloads, exchangeUrls } from "./downloads.ts";

const jobs = new Map([[aggregateJob.type, aggregateJob]]);
const asked = { exchange: "binance", symbol: "BTCUSDT", market: "spot" };
const HOUR = 60 * MINUTE;

/** A request whose jobs wait in the database, without a queue. */
async function call(path: string, body?: unknown) {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await createApp().fetch(
    new Request(`http://localhost${path}`, body === undefined ? {} : init),
    { ...env, INGESTION: { send: async () => {} } as unknown as Queue },
    createExecutionContext(),
  );
  return { status: response.status, body: await response.json<Record<string, string>>() };
}

it("aggregates of random minutes equal DuckDB's, whole candles only, and are not made twice", async () => {
  const { ctx, work } = openJobWorld(jobs, {});
  const series = await seedSeries(ctx);
  const price = () => Math.round(Math.random() * 1e6) / 100;
  const rows = Array.from({ length: 5000 }, (_, index) => [
    ...[JANUARY + index * MINUTE, price(), price(), price(), price(), Math.floor(Math.random() * 1000) / 8],
  ]).filter(() => Math.random() > 0.1);
  const written = await storeMonth(ctx, series, "2024-01", candlesFromRows(rows));
  const to_ts = JANUARY + 77 * HOUR + 30 * MINUTE;
  await ctx.db.insert(coverage).values({ series_id: series.id, from_ts: JANUARY, to_ts });
  const { job } = await work((await startAggregate(ctx, asked)).id);
  expect(job).toMatchObject({ status: "completed", results: { files: 5 } });
  const entries = await ctx.db.select().from(manifest);
  const minutes = entries.find(({ path }) => path === written.path);
  const file = new Uint8Array((await (await ctx.lake.get(minutes?.object_key ?? ""))?.arrayBuffer()) ?? []);
  for (const [timeframe, length] of [
    ["5m", 5],
    ["15m", 15],
    ["1h", 60],
    ["4h", 240],
    ["1d", 1440],
  ] as const) {
    const entry = entries.find((row) => row.type === "agg" && row.timeframe === timeframe);
    if (!entry) throw new Error(`No ${timeframe}`);
    const ours = rowsOf(await readCandles(ctx, entry, { from: 0, to: Infinity }));
    const step = length * MINUTE;
    const theirs = await askDuckdb(
      `SELECT (ts // ${step}) * ${step} AS ts, first(open ORDER BY ts) AS open, max(high) AS high, min(low) AS low,
       last(close ORDER BY ts) AS close, sum(volume) AS volume FROM read_parquet({file}) AS m
       GROUP BY (m.ts // ${step}) * ${step} HAVING (m.ts // ${step}) * ${step} + ${step} <= ${to_ts} ORDER BY 1`,
      { file },
    );
    expect(ours).toEqual(theirs);
  }
  const again = await work((await startAggregate(ctx, asked)).id);
  expect(again.job.results).toMatchObject({ files: 0 });
});

it("an aggregation asked for over HTTP is read as DuckDB aggregates the same minutes", async () => {
  const { ctx, work } = openJobWorld(jobs, {});
  const known = await seedSeries(ctx);
  const written = await storeMonth(ctx, known, "2024-01", minuteCandles(JANUARY, 2 * 1440));
  await ctx.db.insert(coverage).values({ series_id: known.id, from_ts: JANUARY, to_ts: JANUARY + 48 * HOUR });
  const answer = await call("/api/v1/ingest/aggregate", { ...asked, symbol: "btc/usdt", timeframes: ["1h", "1d"] });
  expect(answer).toEqual({
    status: 200,
    body: {
      task_id: "agg_btc/usdt",
      status: "pending",
      message: "Queued aggregation for btc/usdt from binance",
      job_id: expect.stringMatching(/^job_\d{16}$/),
    },
  });
  await work(answer.body.job_id ?? "");
  const minutes = (await ctx.db.select().from(manifest)).find(({ path }) => path === written.path);
  const file = new Uint8Array((await (await ctx.lake.get(minutes?.object_key ?? ""))?.arrayBuffer()) ?? []);
  for (const [timeframe, unit] of [
    ["1h", "hour"],
    ["1d", "day"],
  ]) {
    const query = `exchange=BINANCE&symbol=BTCUSDT&start=2024-01-01&end=2024-01-31&data_type=agg&timeframe=${timeframe}`;
    const theirs = await askDuckdb(
      `SELECT epoch_ms(date_trunc('${unit}', make_timestamp(m.ts * 1000))) AS ts, first(open ORDER BY m.ts) AS open,
       max(high) AS high, min(low) AS low, last(close ORDER BY m.ts) AS close, sum(volume ORDER BY m.ts) AS volume
       FROM read_parquet({file}) AS m GROUP BY 1 ORDER BY 1`,
      { file },
    );
    expect((await call(`/read?${query}`)).body).toEqual(theirs);
  }
});

it.each([
  [404, { exchange: "binance", symbol: "ETHUSDT" }, "No 1m raw data found for ETHUSDT on binance"],
  [422, { exchange: "binance", symbol: "BTCUSDT", timeframes: ["2h"] }, "timeframes.0"],
  [422, { exchange: "binance", symbol: "BTCUSDT", timeframes: [] }, "timeframes"],
])("answers %i to %j", async (status, body, detail) => {
  const answer = await call("/api/v1/ingest/aggregate", body);
  expect(answer).toMatchObject({ status, body: { detail: expect.stringContaining(detail) } });
});

it("minutes that change are aggregated again, and no other month is", async () => {
  const { ctx, work } = openJobWorld(jobs, {});
  const known = await seedSeries(ctx);
  const seen = async () =>
    (await ctx.db.select().from(manifest).orderBy(manifest.time_from)).filter(({ type }) => type === "agg");
  await storeMonth(ctx, known, "2024-01", minuteCandles(JANUARY, 120));
  await storeMonth(ctx, known, "2024-02", minuteCandles(FEBRUARY, 120));
  await ctx.db.insert(coverage).values({ series_id: known.id, from_ts: JANUARY, to_ts: FEBRUARY + 2 * HOUR });
  const hourly = { ...asked, timeframes: ["1h" as const] };
  await work((await startAggregate(ctx, hourly)).id);
  const [january, february] = await seen();
  await storeMonth(ctx, known, "2024-02", candlesFromRows([[FEBRUARY + 70 * MINUTE, 1, 99_999, 1, 1, 5]]));
  const { job } = await work((await startAggregate(ctx, hourly)).id);
  expect(job.results).toEqual({ message: "Finished", timeframes: ["1h"], files: 1, rows: 2 });
  const [sameJanuary, changed] = await seen();
  expect(sameJanuary).toEqual(january);
  expect(changed?.id).toBe(february?.id);
  if (!changed) throw new Error("February has no aggregate");
  expect(rowsOf(await readCandles(ctx, changed, { from: 0, to: Infinity }))).toMatchObject([
    { ts: FEBRUARY, high: expect.not.closeTo(99_999) },
    { ts: FEBRUARY + HOUR, high: 99_999, low: 1 },
  ]);
});

it("a file of thousands of holes keeps the job's cursor small", async () => {
  const { ctx, work } = openJobWorld(jobs, {});
  const known = await seedSeries(ctx);
  await storeMonth(ctx, known, "2024-01", minuteCandles(JANUARY, 44_640));
  const stretches = Array.from({ length: 14_880 }, (_, index) => [index * 3 * MINUTE, (index * 3 + 2) * MINUTE]);
  const list = JSON.stringify(stretches.map((pair) => pair.map((offset = 0) => JANUARY + offset)));
  await ctx.db.run(sql`INSERT INTO coverage (series_id, from_ts, to_ts)
    SELECT ${known.id}, value ->> 0, value ->> 1 FROM json_each(${list})`);
  const { job } = await work((await startAggregate(ctx, asked)).id);
  expect(job).toMatchObject({ status: "completed", results: { files: 0, rows: 0 } });
  expect(JSON.stringify(job.cursor).length).toBeLessThan(1000);
});

describe("with AUTO_AGGREGATE", () => {
  const download = downloadParams.parse({ ...asked, start_date: "2024-01-01", end_date: "2024-01-01" });
  const both: JobDefinitions = new Map([...jobs, ...downloads]);

  it("a download of minutes brings its aggregates up to date, one of hours brings none", async () => {
    const { ctx, work } = openJobWorld(both, { AUTO_AGGREGATE: true, EXCHANGE_URLS: exchangeUrls(await openWorld()) });
    await work((await startDownload(ctx, { ...download, timeframe: "1h" })).id);
    expect((await ctx.db.select().from(manifest)).map(({ type }) => type)).toEqual(["raw"]);
    await work((await startDownload(ctx, download)).id);
    const made = (await ctx.db.select().from(manifest)).filter(({ type }) => type === "agg");
    expect(made.map(({ timeframe, row_count }) => [timeframe, row_count])).toEqual([
      ["5m", 288],
      ["15m", 96],
      ["1h", 24],
      ["4h", 6],
      ["1d", 1],
    ]);
  });

  it("a download that ends during an aggregation waits for it and starts another", async () => {
    const { ctx, work } = openJobWorld(both, { AUTO_AGGREGATE: true, EXCHANGE_URLS: exchangeUrls(await openWorld()) });
    await seedSeries(ctx);
    const early = await startAggregate(ctx, asked);
    const messages = ctx.messages.splice(0);
    const { id } = await startDownload(ctx, download);
    await runSlice(ctx, both, id);
    expect(await findJob(ctx.db, id)).toMatchObject({ status: "running" });
    ctx.messages.push(...messages);
    expect((await work(id)).job).toMatchObject({ status: "completed", results: { message: "Finished (Verified)" } });
    const all = (await ctx.db.select().from(jobTable)).filter(({ type }) => type === "aggregate");
    expect(all.map(({ status }) => status)).toEqual(["completed", "completed"]);
    expect(all[0]?.id).toBe(early.id);
    expect((await ctx.db.select().from(manifest)).filter(({ type }) => type === "agg")).toHaveLength(5);
  });
});

it("a deleted month of minutes takes its aggregates along and ends the live aggregation", async () => {
  const { ctx, work } = openJobWorld(jobs, {});
  const known = await seedSeries(ctx);
  await storeMonth(ctx, known, "2024-01", minuteCandles(JANUARY, 120));
  await storeMonth(ctx, known, "2024-02", minuteCandles(FEBRUARY, 120));
  await ctx.db.insert(coverage).values({ series_id: known.id, from_ts: JANUARY, to_ts: FEBRUARY + 2 * HOUR });
  await work((await startAggregate(ctx, asked)).id);
  const live = await startAggregate(ctx, asked);
  const response = await exports.default.fetch("http://localhost/api/v1/datasets/1", { method: "DELETE" });
  expect(await response.json()).toEqual({ status: "success" });
  expect(await findJob(ctx.db, live.id)).toMatchObject({ status: "cancelled" });
  const left = await ctx.db.select().from(manifest).orderBy(manifest.id);
  expect(left.map(({ time_from, timeframe }) => [time_from, timeframe])).toEqual([
    [FEBRUARY, "1m"],
    [FEBRUARY, "5m"],
    [FEBRUARY, "15m"],
    [FEBRUARY, "1h"],
  ]);
  const kept = (await ctx.db.select().from(objects)).filter(({ state }) => state === "live");
  expect(kept.map(({ key }) => key).toSorted()).toEqual(left.map(({ object_key }) => object_key).toSorted());
});
