import { expect, it } from "vitest";
import { startAggregate } from "../../../src/domains/market-data/aggregate.ts";
import { aggregateJob } from "../../../src/domains/market-data/aggregate.job.ts";
import { readCandles } from "../../../src/domains/market-data/candle-files.ts";
import { coverage, manifest } from "../../../src/domains/market-data/tables.ts";
import { candlesFromRows } from "../../../src/formats/candles.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { JANUARY, MINUTE, rowsOf, seedSeries, storeMonth } from "../../support/lake.ts";
import { openJobWorld } from "../../support/job-world.ts";

const jobs = new Map([[aggregateJob.type, aggregateJob]]);
const asked = { exchange: "binance", symbol: "BTCUSDT", market: "spot" };
const HOUR = 60 * MINUTE;

it("aggregates of random minutes equal DuckDB's, whole candles only, and follow the minutes", async () => {
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
  expect(job).toMatchObject({ status: "completed", results: { months: 5 } });
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
  expect(again.job.results).toMatchObject({ months: 0 });
});

it("minutes that are not there are not found", async () => {
  const { ctx } = openJobWorld(jobs, {});
  await expect(startAggregate(ctx, asked)).rejects.toMatchObject({ status: 404 });
});
