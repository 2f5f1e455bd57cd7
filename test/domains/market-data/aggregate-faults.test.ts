import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { startAggregate } from "../../../src/domains/market-data/aggregate.ts";
import { aggregateJob } from "../../../src/domains/market-data/aggregate.job.ts";
import { readCandles } from "../../../src/domains/market-data/candle-files.ts";
import { coverage, manifest } from "../../../src/domains/market-data/tables.ts";
import { aggregateCandles } from "../../../src/formats/aggregate-candles.ts";
import { concatCandles } from "../../../src/formats/candles.ts";
import { FEBRUARY, JANUARY, MINUTE, minuteCandles, rowsOf, seedSeries, storeMonth } from "../../support/lake.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { breakEverywhere } from "./broken-jobs.ts";

const HOUR = 60 * MINUTE;
const asked = { exchange: "binance", symbol: "BTCUSDT", market: "spot", timeframes: ["1h" as const] };

it("an aggregation that breaks at any of its operations leaves the same candles", async () => {
  const world = openJobWorld(new Map([[aggregateJob.type, aggregateJob]]), {});
  const { ctx } = world;
  const series = await seedSeries(ctx);
  const collected = FEBRUARY + 700 * MINUTE;
  const months = [minuteCandles(JANUARY, 600), minuteCandles(FEBRUARY, 700)];
  for (const [index, candles] of months.entries()) await storeMonth(ctx, series, `2024-0${index + 1}`, candles);
  await ctx.db.insert(coverage).values({ series_id: series.id, from_ts: 0, to_ts: collected });
  const minutes = concatCandles(months);
  const operations = await breakEverywhere({
    world,
    async start() {
      for (const name of ["jobs", "fence"]) await ctx.db.run(sql`DELETE FROM ${sql.identifier(name)}`);
      await ctx.db.run(sql`DELETE FROM manifest WHERE type = 'agg'`);
      await ctx.db.run(sql`DELETE FROM series WHERE data_type = 'agg'`);
      return (await startAggregate(ctx, asked)).id;
    },
    async check(job) {
      expect(job.results).toEqual({ message: "Finished", timeframes: ["1h"], files: 2, rows: 21 });
      const entries = (await ctx.db.select().from(manifest).orderBy(manifest.time_from)).filter(
        ({ type }) => type === "agg",
      );
      expect(entries).toHaveLength(2);
      const pieces = await Promise.all(entries.map((entry) => readCandles(ctx, entry, { from: 0, to: Infinity })));
      const whole = rowsOf(aggregateCandles(minutes, HOUR)).filter(({ ts }) => ts + HOUR <= collected);
      expect(rowsOf(concatCandles(pieces))).toEqual(whole);
    },
  });
  expect(operations).toBeGreaterThanOrEqual(15);
});
