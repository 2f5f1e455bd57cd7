import { env } from "cloudflare:workers";
import { gunzipSync } from "node:zlib";
import { asc } from "drizzle-orm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { splitByMonth, writeMonth } from "../../../src/domains/market-data/candle-files.ts";
import { monthPath } from "../../../src/domains/market-data/month-entry.ts";
import { manifest } from "../../../src/domains/market-data/tables.ts";
import { candlesFromRows, mergeCandles, sliceCandles } from "../../../src/formats/candles.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { FEBRUARY, JANUARY, MINUTE, minuteCandles, rowsOf, seedSeries, storeMonth } from "../../support/lake.ts";

const PATH = "data/BINANCE/SPOT/BTCUSDT/raw/1m/2024/01/BTCUSDT_1m_202401.parquet";

async function objectBytes(key: string | null | undefined): Promise<Uint8Array> {
  const object = await env.LAKE.get(key ?? "");
  if (!object) throw new Error(`No object ${key}`);
  return new Uint8Array(await object.arrayBuffer());
}

it("the first rows of a month become a file that DuckDB reads back, and a manifest row that says what it holds", async () => {
  const ctx = testContext({ now: () => FEBRUARY });
  const series = await seedSeries(ctx);
  const candles = minuteCandles(JANUARY, 12_000);
  const written = await storeMonth(ctx, series, "2024-01", candles);
  const [entry] = await ctx.db.select().from(manifest);
  expect(entry).toEqual({
    id: 1,
    series_id: series.id,
    exchange: "BINANCE",
    market: "SPOT",
    symbol: "BTCUSDT",
    type: "raw",
    timeframe: "1m",
    version: null,
    filename: null,
    source: null,
    path: PATH,
    object_key: expect.stringContaining(`${PATH}.`),
    size_bytes: written.size_bytes,
    row_count: 12_000,
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    time_from: JANUARY,
    time_to: JANUARY + 11_999 * MINUTE,
    footer_bytes: expect.any(Number),
    json_key: null,
    json_bytes: null,
    sealed: false,
    job_id: "job_0000000000000001",
    created_at: FEBRUARY,
    updated_at: FEBRUARY,
  });
  const bytes = await objectBytes(entry?.object_key);
  expect(await askDuckdb("FROM read_parquet({f}) ORDER BY ts", { f: bytes })).toEqual(rowsOf(candles));
});

it("readers see nothing of a month until the statements have run", async () => {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  await writeMonth(ctx, { series, month: "2024-01", rows: minuteCandles(JANUARY, 3), origin: "job", sealed: false });
  expect(await ctx.db.select().from(manifest)).toEqual([]);
});

it("writes in any order, overlapping and repeated, end in the rows of one write, the last value of a ts winning", async () => {
  const ctx = testContext();
  const piece = fc.record({
    from: fc.nat({ max: 200 }),
    length: fc.integer({ min: 1, max: 80 }),
    price: fc.nat({ max: 9 }),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 4 }), async (pieces) => {
      const series = await seedSeries(ctx, { symbol: `COIN${run++}` });
      let expected = candlesFromRows([]);
      for (const { from, length, price } of pieces) {
        const rows = Array.from({ length }, (_, index) => [
          JANUARY + (from + index) * MINUTE,
          price,
          price,
          price,
          price,
          1,
        ]);
        const candles = candlesFromRows(rows);
        expected = mergeCandles(expected, candles);
        await storeMonth(ctx, series, "2024-01", candles);
      }
      const entries = await ctx.db.select().from(manifest).orderBy(asc(manifest.id));
      const bytes = await objectBytes(entries.at(-1)?.object_key);
      expect(await askDuckdb("FROM read_parquet({f}) ORDER BY ts", { f: bytes })).toEqual(rowsOf(expected));
    }),
    { numRuns: 15 },
  );
});

it("a rewrite keeps the entry's id and leaves the old object to the sweeper", async () => {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  await storeMonth(ctx, series, "2024-01", minuteCandles(JANUARY, 10));
  const [first] = await ctx.db.select().from(manifest);
  await storeMonth(ctx, series, "2024-01", minuteCandles(JANUARY, 20));
  const [second] = await ctx.db.select().from(manifest);
  expect(second).toMatchObject({ id: first?.id, row_count: 20, created_at: first?.created_at });
  const states = await ctx.db.select({ key: objects.key, state: objects.state }).from(objects);
  expect(states).toEqual(
    expect.arrayContaining([
      { key: first?.object_key, state: "orphaned" },
      { key: second?.object_key, state: "live" },
    ]),
  );
  expect(states).toHaveLength(2);
});

it("the same rows again keep the same live object", async () => {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  await storeMonth(ctx, series, "2024-01", minuteCandles(JANUARY, 10));
  await storeMonth(ctx, series, "2024-01", minuteCandles(JANUARY, 10));
  const states = await ctx.db.select({ state: objects.state }).from(objects);
  expect(states).toEqual([{ state: "live" }]);
});

it("a sealed month has its answer stored beside it, and loses it when it is written unsealed", async () => {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  const candles = minuteCandles(JANUARY, 44_640);
  await storeMonth(ctx, series, "2024-01", candles, true);
  const [sealed] = await ctx.db.select().from(manifest);
  expect(sealed).toMatchObject({ sealed: true, json_bytes: expect.any(Number) });
  const packed = await objectBytes(sealed?.json_key);
  expect(packed.byteLength).toBe(sealed?.json_bytes);
  expect(gunzipSync(packed).toString()).toBe(JSON.stringify(rowsOf(candles)));

  await storeMonth(ctx, series, "2024-01", sliceCandles(candles, JANUARY, JANUARY + MINUTE));
  const [unsealed] = await ctx.db.select().from(manifest);
  expect(unsealed).toMatchObject({ sealed: false, json_key: null, json_bytes: null, row_count: 44_640 });
  const answers = (await ctx.db.select().from(objects)).filter(({ path }) => path.endsWith(".json.gz"));
  expect(answers.map(({ state }) => state)).toEqual(["orphaned"]);
});

it("rows of other months are left out, and a month without any has no file", async () => {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  const written = await storeMonth(ctx, series, "2024-01", minuteCandles(FEBRUARY, 5), true);
  expect(written).toMatchObject({ statements: [], row_count: 0, time_from: null });
  expect(await ctx.db.select().from(manifest)).toEqual([]);
});

it("candles are split at the first instant of each month, UTC", () => {
  const candles = candlesFromRows(
    [JANUARY, FEBRUARY - 1, FEBRUARY, FEBRUARY + 1, Date.UTC(2024, 4, 1)].map((ts) => [ts]),
  );
  const split = splitByMonth(candles).map(({ month, rows: part }) => [month, ...part.ts]);
  expect(split).toEqual([
    ["2024-01", JANUARY, FEBRUARY - 1],
    ["2024-02", FEBRUARY, FEBRUARY + 1],
    ["2024-05", Date.UTC(2024, 4, 1)],
  ]);
});

it("the path of a month is the documented one", async () => {
  const series = await seedSeries(testContext());
  expect(monthPath(series, "2024-01")).toBe(PATH);
});
