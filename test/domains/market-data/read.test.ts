import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { asc } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { readSeries } from "../../../src/domains/market-data/read.ts";
import { manifest } from "../../../src/domains/market-data/tables.ts";
import { CANDLE_COLUMNS, concatCandles, sliceCandles } from "../../../src/formats/candles.ts";
import { testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { FEBRUARY, JANUARY, MINUTE, minuteCandles, rowsOf, seedSeries, storeMonth } from "../../support/lake.ts";

const DAY = 1440 * MINUTE;
const BTC = "exchange=BINANCE&symbol=BTCUSDT";
const ONE_DAY = `${BTC}&start=2024-01-01&end=2024-01-01`;

const read = (query: string, headers: Record<string, string> = { "Accept-Encoding": "identity" }) =>
  exports.default.fetch(`http://localhost/read?${query}`, { headers });

/** Two months of minutes, both sealed or both not. */
async function seedTwoMonths(sealed: boolean) {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  const january = minuteCandles(JANUARY, 31 * 1440);
  const february = minuteCandles(FEBRUARY, 29 * 1440);
  await storeMonth(ctx, series, "2024-01", january, sealed);
  await storeMonth(ctx, series, "2024-02", february, sealed);
  return { ctx, series, january, february, candles: concatCandles([january, february]) };
}

async function seedOneDay() {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  const candles = minuteCandles(JANUARY, 1440);
  await storeMonth(ctx, series, "2024-01", candles);
  return { ctx, series, candles };
}

describe("/read", () => {
  it("answers a bare array of rows, both ends included, and says which series it chose", async () => {
    const { candles } = await seedTwoMonths(false);
    const response = await read(`${BTC}&start=2024-01-31&end=2024-02-01`);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(response.headers.get("X-Market")).toBe("SPOT");
    expect(response.headers.get("X-Timeframe")).toBe("1m");
    expect(await response.text()).toBe(JSON.stringify(rowsOf(sliceCandles(candles, FEBRUARY - DAY, FEBRUARY + DAY))));
  });

  it("takes times, to the instant", async () => {
    const { candles } = await seedOneDay();
    const response = await read(`${BTC}&start=2024-01-01T00:10:00&end=2024-01-01T00:12:00Z`);
    expect(await response.json()).toEqual(rowsOf(candles).slice(10, 13));
  });

  it.each(["BTC/USDT", "btc_usdt", "Btc-Usdt"])("finds the series by %s", async (symbol) => {
    await seedOneDay();
    const response = await read(
      `exchange=binance&symbol=${encodeURIComponent(symbol)}&start=2024-01-01&end=2024-01-01&limit=1`,
    );
    expect(await response.json()).toHaveLength(1);
  });

  it("answers any range, columns and limit as DuckDB answers them from the files", async () => {
    const { ctx } = await seedTwoMonths(false);
    const entries = await ctx.db.select({ key: manifest.object_key }).from(manifest).orderBy(asc(manifest.id));
    const [january, february] = await Promise.all(
      entries.map(async ({ key }) => new Uint8Array((await (await env.LAKE.get(key))?.arrayBuffer()) ?? [])),
    );
    const files = { january: january ?? new Uint8Array(), february: february ?? new Uint8Array() };
    const time = fc.integer({ min: -1000, max: 88_000 }).map((minute) => JANUARY + minute * MINUTE);
    const question = fc.record({
      times: fc.tuple(time, time).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
      columns: fc.subarray([...CANDLE_COLUMNS], { minLength: 1 }),
      limit: fc.integer({ min: 1, max: 30_000 }),
    });
    await fc.assert(
      fc.asyncProperty(question, async ({ times: [from, to], columns, limit }) => {
        const instant = (ms: number) => new Date(ms).toISOString().slice(0, 19);
        const query = `${BTC}&start=${instant(from)}&end=${instant(to)}&columns=${columns.join(",")}&limit=${limit}`;
        const expected = await askDuckdb(
          `SELECT ${columns.join(", ")} FROM read_parquet([{january}, {february}]) WHERE ts BETWEEN ${from} AND ${to} ORDER BY ts LIMIT ${limit}`,
          files,
        );
        expect(await (await read(query)).json()).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it("gives columns in the order asked for", async () => {
    const { candles } = await seedOneDay();
    const response = await read(`${ONE_DAY}&columns=close,ts&limit=1`);
    expect(await response.text()).toBe(JSON.stringify([{ close: candles.close[0], ts: JANUARY }]));
  });

  it("writes NDJSON, CSV and Parquet, by parameter or by Accept", async () => {
    const { candles } = await seedOneDay();
    const rows = rowsOf(candles);
    const ndjson = await read(ONE_DAY, { Accept: "application/x-ndjson" });
    expect(ndjson.headers.get("Content-Type")).toBe("application/x-ndjson");
    expect(await ndjson.text()).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const csv = await read(`${ONE_DAY}&format=csv`, { Accept: "application/json" });
    expect(csv.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    const lines = rows.map((row) => `${Object.values(row).join(",")}\r\n`);
    expect(await csv.text()).toBe(`ts,open,high,low,close,volume\r\n${lines.join("")}`);
    const parquet = await read(`${ONE_DAY}&columns=ts,close`, {
      Accept: "text/html;q=0.5, application/vnd.apache.parquet",
    });
    const bytes = new Uint8Array(await parquet.arrayBuffer());
    expect(await askDuckdb("FROM read_parquet({f}) ORDER BY ts", { f: bytes })).toEqual(
      rows.map(({ ts, close }) => ({ ts, close })),
    );
  });

  it("answers no rows in every format when a known series has none in the range", async () => {
    await seedOneDay();
    const empty = `${BTC}&start=2023-01-01&end=2023-01-02`;
    expect(await (await read(empty)).text()).toBe("[]");
    expect(await (await read(`${empty}&format=ndjson`)).text()).toBe("");
    expect(await (await read(`${empty}&format=csv&columns=ts`)).text()).toBe("ts\r\n");
    const parquet = new Uint8Array(await (await read(`${empty}&format=parquet`)).arrayBuffer());
    expect(await askDuckdb("SELECT count(*) AS n FROM read_parquet({f})", { f: parquet })).toEqual([{ n: 0 }]);
  });
});

describe("stored answers", () => {
  it("of one sealed month go out packed as they are, to who takes gzip", async () => {
    const { january } = await seedTwoMonths(true);
    const packed = await read(`${BTC}&start=2024-01-01&end=2024-01-31`, { "Accept-Encoding": "br, gzip" });
    expect(packed.headers.get("Content-Encoding")).toBe("gzip");
    expect(packed.headers.get("X-Request-Id")).not.toBeNull();
    expect(await packed.text()).toBe(JSON.stringify(rowsOf(january)));
    const plain = await read(`${BTC}&start=2024-01-01&end=2024-01-31`, { "Accept-Encoding": "gzip;q=0" });
    expect(plain.headers.get("Content-Encoding")).toBeNull();
    expect(await plain.text()).toBe(JSON.stringify(rowsOf(january)));
  });

  it("of several sealed months are joined to one", async () => {
    const { candles } = await seedTwoMonths(true);
    const response = await read(`${BTC}&start=2023-12-01&end=2024-03-01`, { "Accept-Encoding": "gzip" });
    expect(response.headers.get("Content-Encoding")).toBe("gzip");
    expect(await response.text()).toBe(JSON.stringify(rowsOf(candles)));
  });

  it("are not used for a part of a month, for chosen columns or a limit", async () => {
    await seedTwoMonths(true);
    for (const rest of ["end=2024-01-30", "end=2024-01-31&columns=ts", "end=2024-01-31&limit=5"]) {
      const response = await read(`${BTC}&start=2024-01-01&${rest}`, { "Accept-Encoding": "gzip" });
      expect(response.headers.get("Content-Encoding")).toBeNull();
      await response.body?.cancel();
    }
  });
});

describe("the ETag", () => {
  it("answers 304 for the same question, and changes with the question and the files", async () => {
    const { ctx, series } = await seedOneDay();
    const first = await read(ONE_DAY);
    const etag = first.headers.get("ETag") ?? "";
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/);
    await first.body?.cancel();
    const same = await read(ONE_DAY, { "If-None-Match": etag });
    expect(same.status).toBe(304);
    expect(same.headers.get("ETag")).toBe(etag);
    expect(await same.text()).toBe("");
    expect((await read(`${ONE_DAY}&limit=2`, { "If-None-Match": etag })).status).toBe(200);
    await storeMonth(ctx, series, "2024-01", minuteCandles(JANUARY, 1441));
    expect((await read(ONE_DAY, { "If-None-Match": etag })).status).toBe(200);
  });
});

describe("the series that is read", () => {
  async function seedMarkets(markets: { market: string; timeframe?: string }[]) {
    const ctx = testContext();
    for (const [index, { market, timeframe = "1m" }] of markets.entries()) {
      const symbol = market === "SPOT" ? "BTCUSDT" : `BTCUSDT${market}`;
      const series = await seedSeries(ctx, {
        market,
        symbol,
        exchange_symbol: "BTCUSDT",
        unified_symbol: symbol,
        timeframe,
      });
      await storeMonth(ctx, series, "2024-01", minuteCandles(JANUARY, index + 1));
    }
  }

  it("is the one on SPOT when the symbol is there", async () => {
    await seedMarkets([{ market: "SWAP" }, { market: "SPOT" }]);
    const response = await read(ONE_DAY);
    expect(response.headers.get("X-Market")).toBe("SPOT");
    expect(await response.json()).toHaveLength(2);
  });

  it("is the only one there is", async () => {
    await seedMarkets([{ market: "FUTURES" }]);
    expect((await read(ONE_DAY)).headers.get("X-Market")).toBe("FUTURES");
  });

  it("has to be named when there are several and none is SPOT", async () => {
    await seedMarkets([{ market: "SWAP" }, { market: "FUTURES" }]);
    const response = await read(ONE_DAY);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: "MARKET_AMBIGUOUS",
      detail: "BTCUSDT is on several markets of BINANCE: FUTURES, SWAP. Choose one with market=",
    });
    expect(await (await read(`${ONE_DAY}&market=future`)).json()).toHaveLength(2);
  });

  it("is in minutes, else the shortest, else what the caller names", async () => {
    await seedMarkets([
      { market: "SPOT", timeframe: "1d" },
      { market: "SPOT", timeframe: "4h" },
    ]);
    expect((await read(ONE_DAY)).headers.get("X-Timeframe")).toBe("4h");
    expect((await read(`${ONE_DAY}&timeframe=1d`)).headers.get("X-Timeframe")).toBe("1d");
    expect((await read(`${ONE_DAY}&timeframe=1h`)).status).toBe(404);
  });
});

describe("bad input", () => {
  it("an unknown series is a 404 that names it, however strange the name", async () => {
    await seedOneDay();
    for (const symbol of ["ETHUSDT", "../../etc/passwd", "'; DROP TABLE series; --", "%", "_", "💥", "///"]) {
      const response = await read(
        `exchange=BINANCE&symbol=${encodeURIComponent(symbol)}&start=2024-01-01&end=2024-01-02`,
      );
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        error: "NOT_FOUND",
        detail: `No raw data for ${symbol} on BINANCE`,
      });
    }
    expect((await read(`${ONE_DAY}&market=%27%20OR%201`)).status).toBe(404);
    expect((await read("exchange=__proto__&symbol=BTCUSDT&start=2024-01-01&end=2024-01-02")).status).toBe(404);
  });

  it.each([
    ["exchange", "symbol=BTCUSDT&start=2024-01-01&end=2024-01-02"],
    ["symbol", "exchange=BINANCE&start=2024-01-01&end=2024-01-02"],
    ["start", `${BTC}&end=2024-01-02`],
    ["end", `${BTC}&start=2024-01-02`],
    ["start", `${BTC}&start=2024-02-30&end=2024-03-02`],
    ["end", `${BTC}&start=2024-01-01&end=2023-02-29`],
    ["start", `${BTC}&start=yesterday&end=2024-03-02`],
    ["start", `${BTC}&start=2024-01-01T25:00:00&end=2024-03-02`],
    ["end", `${BTC}&start=2024-01-02&end=2024-01-01`],
    ["data_type", `${ONE_DAY}&data_type=secret`],
    ["timeframe", `${ONE_DAY}&timeframe=1%20minute`],
    ["columns", `${ONE_DAY}&columns=ts,password`],
    ["columns", `${ONE_DAY}&columns=`],
    ["limit", `${ONE_DAY}&limit=0`],
    ["limit", `${ONE_DAY}&limit=1.5`],
    ["format", `${ONE_DAY}&format=xml`],
    ["symbol", `exchange=BINANCE&symbol=${"A".repeat(65)}&start=2024-01-01&end=2024-01-02`],
  ])("a wrong %s is a 422 that names it: %s", async (field, query) => {
    await seedOneDay();
    const response = await read(query);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: "VALIDATION_ERROR", errors: [{ field }] });
  });

  it("strangers and wrong tokens are refused where the domain is closed", async () => {
    const closed = { ...env, ANONYMOUS_ACCESS: "" };
    const response = await createApp().request(
      `http://localhost/read?${ONE_DAY}`,
      {},
      closed,
      createExecutionContext(),
    );
    expect(response.status).toBe(401);
    expect((await read(ONE_DAY, { Authorization: "Bearer nonsense" })).status).toBe(401);
  });
});

describe("a file that is swept between the manifest and the read", () => {
  const input = {
    exchange: "BINANCE",
    symbol: "BTCUSDT",
    start: "2024-01-01",
    end: "2024-01-01",
    data_type: "raw",
    format: "json",
    accepts_gzip: false,
  } as const;

  it("is looked up once more, and the new one is read", async () => {
    const { ctx, series } = await seedOneDay();
    const updated = minuteCandles(JANUARY, 1440);
    updated.close.fill(7);
    let missed = 0;
    const lake = Object.create(env.LAKE, {
      get: {
        async value(key: string, options: R2GetOptions) {
          if (missed++ > 0) return env.LAKE.get(key, options);
          await storeMonth(ctx, series, "2024-01", updated);
          return null;
        },
      },
    }) as R2Bucket;
    const answer = await readSeries({ ...ctx, lake }, input);
    expect(await new Response(answer.body).json()).toEqual(rowsOf(updated));
  });

  it("is a 503 to be tried again when it is gone for good", async () => {
    const { ctx } = await seedOneDay();
    const keys = await env.LAKE.list();
    await env.LAKE.delete(keys.objects.map(({ key }) => key));
    await expect(readSeries(ctx, input)).rejects.toMatchObject({ status: 503, retry_after: 1 });
  });
});
