import { exports } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manifest } from "../../../src/domains/market-data/tables.ts";
import { candlesFromRows } from "../../../src/formats/candles.ts";
import { createParquetStream } from "../../../src/formats/parquet-writer.ts";
import { putObject } from "../../../src/platform/storage/objects.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { JANUARY, MINUTE, minuteCandles, rowsOf, seedSeries, storeMonth } from "../../support/lake.ts";

type Row = Record<string, number | null>;

const encode = (text: string) => new TextEncoder().encode(text);

const read = (query: string, headers: Record<string, string> = {}) =>
  exports.default.fetch(
    `http://localhost/read?exchange=BINANCE&symbol=BTCUSDT&start=2024-01-01&end=2024-01-31&${query}`,
    { headers },
  );

async function rowsFrom(query: string): Promise<Row[]> {
  const response = await read(query);
  expect([query, response.status]).toEqual([query, 200]);
  return response.json<Row[]>();
}

async function seedCandles(count: number) {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  const candles = minuteCandles(JANUARY, count);
  await storeMonth(ctx, series, "2024-01", candles);
  return { ctx, series, candles };
}

interface SeededFeature {
  set?: string;
  version?: string;
  filename?: string;
  market?: string;
}

/** A feature as an upload leaves it. */
async function seedFeature(ctx: TestContext, bytes: Uint8Array, feature: SeededFeature = {}) {
  const { set = "rsi", version = "1.0.0", filename = "features.csv", market = "SPOT" } = feature;
  const path = `data/features/${market}/${set}/${version}/${filename}`;
  const stored = await putObject(ctx, { path, bytes, content_type: "application/octet-stream", origin: "test" });
  await ctx.db.insert(manifest).values({
    exchange: "BINANCE",
    market,
    symbol: "BTCUSDT",
    type: set,
    version,
    filename,
    path,
    object_key: stored.key,
    size_bytes: stored.size_bytes,
    checksum: stored.sha256,
    created_at: ctx.now(),
    updated_at: ctx.now(),
  });
}

function parquetOf(columns: Record<string, number[]>): Uint8Array {
  const stream = createParquetStream(Object.keys(columns));
  const typed = Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)] as const);
  const [body, tail] = [stream.write(new Map(typed)), stream.finish()];
  return Uint8Array.from([...body, ...tail]);
}

const minute = (count: number) => JANUARY + count * MINUTE;

describe("/read with features", () => {
  it("joins the values as of each candle, never later ones, under set.column", async () => {
    const { ctx, candles } = await seedCandles(6);
    const csv = `ts,rsi_14\n${minute(1)},40.5\n${minute(3) - 1},50\n${minute(3) + 1},60\n`;
    await seedFeature(ctx, encode(csv));
    const values = [null, 40.5, 40.5, 50, 60, 60];
    expect(await rowsFrom("features=rsi@1.0.0")).toEqual(
      rowsOf(candles).map((row, index) => ({ ...row, "rsi.rsi_14": values[index] })),
    );
  });

  it("equals DuckDB's ASOF JOIN on random data, from Parquet and from CSV", async () => {
    const { ctx } = await seedCandles(25_000);
    const value = fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: Number.NaN });
    const feature = fc.uniqueArray(
      fc.record({ ts: fc.integer({ min: minute(-500), max: minute(26_000) }), a: value, b: value }),
      { selector: ({ ts }) => ts, minLength: 2500, maxLength: 2500 },
    );
    const [first = [], second = []] = fc.sample(feature, { numRuns: 2, seed: 11 });
    const parquet = parquetOf({
      ts: first.map(({ ts }) => ts),
      a: first.map(({ a }) => a),
      b: first.map(({ b }) => b),
    });
    const line = ({ ts, a }: { ts: number; a: number }) => `${ts},${Number.isNaN(a) ? "" : a}`;
    const csv = encode(["ts,c", ...second.map(line)].join("\n"));
    await seedFeature(ctx, parquet, { set: "one", filename: "one.parquet" });
    await seedFeature(ctx, csv, { set: "two" });
    const [entry] = await ctx.db.select().from(manifest);
    const lake = new Uint8Array((await (await ctx.lake.get(entry?.object_key ?? ""))?.arrayBuffer()) ?? []);
    const expected = await askDuckdb<Row>(
      `SELECT k.ts, k.close, if(isnan(one.a), NULL, one.a) AS "one.a", if(isnan(one.b), NULL, one.b) AS "one.b", two.c AS "two.c"
       FROM read_parquet({lake}) AS k
       ASOF LEFT JOIN read_parquet({parquet}) AS one ON k.ts >= one.ts
       ASOF LEFT JOIN read_csv({csv}, header = true, columns = {'ts': 'BIGINT', 'c': 'DOUBLE'}) AS two ON k.ts >= two.ts
       ORDER BY k.ts`,
      { lake, parquet, csv },
    );
    expect(await rowsFrom("features=one@1.0.0,two@1.0.0&columns=ts,close,one.a,one.b,two.c")).toEqual(expected);
    const later = expected.slice(20_000, 20_010);
    const range = `start=${new Date(minute(20_000)).toISOString().slice(0, 19)}`;
    const response = await exports.default.fetch(
      `http://localhost/read?exchange=binance&symbol=btc_usdt&${range}&end=2024-01-31&features=one@1.0.0,two@1.0.0&columns=ts,close,one.a,one.b,two.c&limit=10`,
    );
    expect(await response.json()).toEqual(later);
  });

  it("takes columns in any order, in every format, and no candle column at all", async () => {
    const { ctx } = await seedCandles(2);
    await seedFeature(ctx, parquetOf({ ts: [minute(0), minute(1)], x: [1, 2.5] }));
    expect(await (await read("features=rsi@1.0.0&columns=rsi.x,ts&format=csv")).text()).toBe(
      `rsi.x,ts\r\n1,${minute(0)}\r\n2.5,${minute(1)}\r\n`,
    );
    expect(await rowsFrom("features=rsi@1.0.0&columns=rsi.x")).toEqual([{ "rsi.x": 1 }, { "rsi.x": 2.5 }]);
    const parquet = new Uint8Array(await (await read("features=rsi@1.0.0&format=parquet&limit=1")).arrayBuffer());
    const [row] = await askDuckdb<Row>("SELECT * FROM read_parquet({parquet})", { parquet });
    expect(row).toMatchObject({ ts: minute(0), "rsi.x": 1 });
  });

  it("keeps two versions of a set apart", async () => {
    const { ctx } = await seedCandles(1);
    await seedFeature(ctx, encode(`ts,x\n${minute(0)},1\n`));
    await seedFeature(ctx, encode(`ts,x\n${minute(0)},2\n`), { version: "v@2" });
    expect(await rowsFrom("features=rsi@1.0.0,rsi@v@2&columns=rsi@1.0.0.x,rsi@v@2.x")).toEqual([
      { "rsi@1.0.0.x": 1, "rsi@v@2.x": 2 },
    ]);
    expect(await rowsFrom("features=rsi@v@2&columns=rsi.x")).toEqual([{ "rsi.x": 2 }]);
  });

  it("takes the files of one version as parts of one table", async () => {
    const { ctx } = await seedCandles(4);
    await seedFeature(ctx, encode(`ts,x,y\n${minute(0)},1,10\n${minute(3)},4,40\n`), { filename: "a.csv" });
    await seedFeature(ctx, encode(`ts,x,z\n${minute(1)},2,7\n`), { filename: "b.csv" });
    expect(await rowsFrom("features=rsi@1.0.0&columns=rsi.x,rsi.y,rsi.z")).toEqual([
      { "rsi.x": 1, "rsi.y": 10, "rsi.z": null },
      { "rsi.x": 2, "rsi.y": 10, "rsi.z": 7 },
      { "rsi.x": 2, "rsi.y": 10, "rsi.z": 7 },
      { "rsi.x": 4, "rsi.y": 40, "rsi.z": 7 },
    ]);
  });

  it("leaves texts out and says so, and refuses one that is asked for", async () => {
    const { ctx } = await seedCandles(1);
    await seedFeature(ctx, encode(`ts,regime,x\n${minute(0)},bull,1\n`));
    const response = await read("features=rsi@1.0.0");
    expect(response.headers.get("X-Columns-Left-Out")).toBe("rsi.regime");
    expect((await response.json<Row[]>())[0]).toMatchObject({ "rsi.x": 1 });
    const refused = await read("features=rsi@1.0.0&columns=ts,rsi.regime");
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      errors: [{ field: "columns", message: '"rsi.regime" holds texts, only numbers can be joined' }],
    });
  });

  it.each([
    ["LINEAR", "SWAP"],
    ["INVERSE", "SWAP"],
    ["SWAP", "LINEAR"],
    ["SWAP", "INVERSE"],
  ])("of %s are joined to candles of %s, unless these have their own", async (market, own) => {
    const ctx = testContext();
    const series = await seedSeries(ctx, { market: own });
    await storeMonth(ctx, series, "2024-01", minuteCandles(JANUARY, 1));
    await seedFeature(ctx, encode(`ts,a\n${JANUARY},1\n`), { market: "SPOT" });
    const query = "features=rsi@1.0.0&columns=rsi.a";
    expect((await read(query)).status).toBe(404);
    await seedFeature(ctx, encode(`ts,a\n${JANUARY},2\n`), { market });
    expect(await rowsFrom(query)).toEqual([{ "rsi.a": 2 }]);
    await seedFeature(ctx, encode(`ts,a\n${JANUARY},3\n`), { market: own });
    expect(await rowsFrom(query)).toEqual([{ "rsi.a": 3 }]);
  });

  it("reads rows in any order; of rows with one ts the last counts", async () => {
    const { ctx } = await seedCandles(2);
    await seedFeature(ctx, encode(`ts,x\n${minute(1)},2\n${minute(0)},9\n${minute(0)},1\n`));
    expect(await rowsFrom("features=rsi@1.0.0&columns=rsi.x")).toEqual([{ "rsi.x": 1 }, { "rsi.x": 2 }]);
  });

  it("has another ETag when the feature changes", async () => {
    const { ctx } = await seedCandles(1);
    await seedFeature(ctx, encode(`ts,x\n${minute(0)},1\n`));
    const etag = (await read("features=rsi@1.0.0")).headers.get("ETag") ?? "";
    expect(etag).not.toBe((await read("limit=1000000")).headers.get("ETag"));
    expect((await read("features=rsi@1.0.0", { "If-None-Match": etag })).status).toBe(304);
    await seedFeature(ctx, encode(`ts,x\n${minute(0)},2\n`), { filename: "more.csv" });
    expect((await read("features=rsi@1.0.0", { "If-None-Match": etag })).status).toBe(200);
  });

  it("is a 404 for a set, a version or a market that there is not", async () => {
    const { ctx } = await seedCandles(1);
    await seedFeature(ctx, encode(`ts,x\n${minute(0)},1\n`), { market: "SWAP" });
    const response = await read("features=rsi@1.0.0");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: "NOT_FOUND",
      detail: "Feature rsi v1.0.0 not found for BTCUSDT on BINANCE SPOT",
    });
    expect((await read("features=nothing@2")).status).toBe(404);
  });

  it.each([
    ["no column ts", `time,x\n${JANUARY},1\n`, "rsi@1.0.0: features.csv has no column ts"],
    ["a bad time", `ts,x\n${JANUARY},1\nsoon,2\n`, /features\.csv line 3: /],
    ["text that is no table", "\u0000\u0001", /features\.csv /],
    ["a broken Parquet file", "PAR1 and nothing else", "rsi@1.0.0: features.csv cannot be read"],
    ["nothing", "", /features\.csv is empty/],
  ])("is a 422 for a file with %s", async (_, content, message) => {
    const { ctx } = await seedCandles(1);
    await seedFeature(ctx, encode(content));
    const response = await read("features=rsi@1.0.0");
    expect(response.status).toBe(422);
    const { errors } = await response.json<{ errors: { field: string; message: string }[] }>();
    expect(errors).toEqual([
      { field: "features", message: typeof message === "string" ? message : expect.stringMatching(message) },
    ]);
  });

  it.each(["features=", "features=rsi", "features=@1", "features=rsi@", "features=a@1,a@1", "features=a@1,,b@2"])(
    "%s is a 422",
    async (query) => {
      expect((await read(query)).status).toBe(422);
    },
  );

  it("is a 422 for a column that none of the features has, and without features for any of theirs", async () => {
    const { ctx } = await seedCandles(1);
    await seedFeature(ctx, encode(`ts,x\n${minute(0)},1\n`));
    const response = await read("features=rsi@1.0.0&columns=ts,rsi.y");
    expect(await response.json()).toMatchObject({
      errors: [{ field: "columns", message: '"rsi.y" is in none of the features' }],
    });
    expect((await read("columns=ts,rsi.x")).status).toBe(422);
  });

  it("answers [] for a range without candles", async () => {
    const { ctx } = await seedCandles(1);
    await storeMonth(
      ctx,
      await seedSeries(ctx, { symbol: "X" }),
      "2024-01",
      candlesFromRows([[JANUARY, 1, 1, 1, 1, 1]]),
    );
    await seedFeature(ctx, encode(`ts,x\n${minute(0)},1\n`));
    const response = await exports.default.fetch(
      "http://localhost/read?exchange=BINANCE&symbol=BTCUSDT&start=2023-01-01&end=2023-01-31&features=rsi@1.0.0",
    );
    expect(await response.json()).toEqual([]);
  });
});
