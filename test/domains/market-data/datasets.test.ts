import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { downloadJob } from "../../../src/domains/market-data/download.job.ts";
import { candlePages, coverage, coverageGaps, manifest, series } from "../../../src/domains/market-data/tables.ts";
import { findJob } from "../../../src/platform/jobs/job.store.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { FEBRUARY, JANUARY, MINUTE, minuteCandles, rowsOf, seedSeries, storeMonth } from "../../support/lake.ts";

const MARCH = Date.UTC(2024, 2, 1);
const SUBJECT = "download:BINANCE:SPOT:BTCUSDT:raw:1m";

const call = async (path: string, method = "GET") => {
  const response = await exports.default.fetch(`http://localhost/api/v1${path}`, { method });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const history = (query: string, exchange = "binance", market = "spot") =>
  call(`/ingest/exchanges/${exchange}/markets/${market}/history?${query}`, "DELETE");

async function seedMonths(ctx: TestContext) {
  const known = await seedSeries(ctx);
  await storeMonth(ctx, known, "2024-01", minuteCandles(JANUARY, 300), true);
  await storeMonth(ctx, known, "2024-02", minuteCandles(FEBRUARY, 2));
  return known;
}

/** A feature as an upload leaves it. */
async function seedFeature(ctx: TestContext, filename: string, body: string | Uint8Array) {
  const path = `data/features/rsi/1.0.0/BINANCE/SPOT/BTCUSDT/${filename}`;
  await env.LAKE.put(`${path}.1`, body);
  const size_bytes = typeof body === "string" ? new TextEncoder().encode(body).byteLength : body.byteLength;
  const at = ctx.now();
  const place = { exchange: "BINANCE", market: "SPOT", symbol: "BTCUSDT", type: "rsi", version: "1.0.0" };
  const file = { path, filename, object_key: `${path}.1`, size_bytes, checksum: "0", created_at: at, updated_at: at };
  const [row] = await ctx.db
    .insert(manifest)
    .values({ ...place, ...file })
    .returning();
  return row?.id ?? 0;
}

it("an empty lake is an empty page", async () => {
  expect(await call("/datasets")).toEqual({ status: 200, body: { datasets: [], total: 0 } });
});

it("datasets are shown with the document's fields, features among them", async () => {
  const ctx = testContext();
  await storeMonth(ctx, await seedSeries(ctx), "2024-01", minuteCandles(JANUARY, 3));
  await seedFeature(ctx, "a.csv", "ts\n1\n");
  const { body } = await call("/datasets?symbol=btc_usdt&exchange=binance&market=Spot");
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  expect(body).toEqual({
    datasets: [
      {
        id: "1",
        exchange: "BINANCE",
        symbol: "BTCUSDT",
        market: "SPOT",
        timeframe: "1m",
        data_type: "raw",
        file_path: "data/BINANCE/SPOT/BTCUSDT/raw/1m/2024/01/BTCUSDT_1m_202401.parquet",
        file_size_bytes: expect.any(Number),
        last_modified: time,
        time_from: "2024-01-01T00:00:00",
        time_to: "2024-01-01T00:02:00",
      },
      expect.objectContaining({ id: "2", timeframe: "1.0.0", data_type: "rsi", time_from: null, time_to: null }),
    ],
    total: 2,
  });
});

it("pages have a size and a start, and name the whole number", async () => {
  const ctx = testContext();
  const known = await seedSeries(ctx);
  for (const month of ["01", "02", "03"]) {
    await storeMonth(ctx, known, `2024-${month}`, minuteCandles(Date.UTC(2024, Number(month) - 1, 1), 1));
  }
  const ids = ({ body }: Awaited<ReturnType<typeof call>>) => (body.datasets as { id: string }[]).map(({ id }) => id);
  const page = await call("/datasets?limit=2&offset=1");
  expect([ids(page), page.body.total]).toEqual([["2", "3"], 3]);
  expect((await call("/datasets?offset=9")).body).toEqual({ datasets: [], total: 3 });
  expect((await call("/datasets?data_type=agg")).body).toEqual({ datasets: [], total: 0 });
  expect((await call("/datasets?limit=0")).status).toBe(422);
  expect((await call("/datasets?offset=-1")).status).toBe(422);
});

it("a preview of candles has the rows asked for", async () => {
  const ctx = testContext();
  const candles = minuteCandles(JANUARY, 20_010);
  await storeMonth(ctx, await seedSeries(ctx), "2024-01", candles);
  const { body } = await call("/datasets/1/preview?limit=20&offset=9990");
  expect(body).toEqual({
    columns: ["ts", "open", "high", "low", "close", "volume"],
    rows: rowsOf(candles).slice(9990, 10_010),
    total_rows: 20_010,
    metadata: { timeframe: "1m" },
  });
  const { body: first } = await call("/datasets/1/preview");
  expect(first.rows).toHaveLength(100);
  expect((await call("/datasets/1/preview?offset=20010")).body).toMatchObject({ rows: [], total_rows: 20_010 });
});

it.each([
  ["a.csv", 'ts,name,x\n1,"a, b",0.5\n2,,1e3\n3,07,12345678901234567890\n'],
  [
    "a.json",
    '[{"ts":1,"name":"a, b","x":0.5},{"ts":2,"name":null,"x":1000},{"ts":3,"name":"07","x":"12345678901234567890"}]',
  ],
  [
    "a.jsonl",
    '{"ts":1,"name":"a, b","x":0.5}\n{"ts":2,"name":null,"x":1000}\n{"ts":3,"name":"07","x":"12345678901234567890"}\n',
  ],
])("a preview of %s has its rows", async (filename, body) => {
  const id = await seedFeature(testContext(), filename, body);
  const rows = [
    { ts: 1, name: "a, b", x: 0.5 },
    { ts: 2, name: null, x: 1000 },
    { ts: 3, name: "07", x: "12345678901234567890" },
  ];
  const metadata = { timeframe: "N/A" };
  expect((await call(`/datasets/${id}/preview`)).body).toEqual({
    columns: ["ts", "name", "x"],
    rows,
    total_rows: 3,
    metadata,
  });
  expect((await call(`/datasets/${id}/preview?offset=1&limit=1`)).body).toMatchObject({
    rows: [rows[1]],
    total_rows: 3,
  });
});

it("a preview of what is not there, gone, or no table is an error", async () => {
  const ctx = testContext();
  expect(await call("/datasets/7/preview")).toMatchObject({
    status: 404,
    body: { detail: "Dataset not found in manifest" },
  });
  expect((await call("/datasets/x/preview")).status).toBe(422);
  const picture = await seedFeature(ctx, "a.png", "x");
  expect(await call(`/datasets/${picture}/preview`)).toMatchObject({ status: 422 });
  const broken = await seedFeature(ctx, "a.parquet", "PAR1 no more");
  expect((await call(`/datasets/${broken}/preview`)).status).toBe(422);
  const wrong = await seedFeature(ctx, "b.json", "{");
  expect((await call(`/datasets/${wrong}/preview`)).status).toBe(422);
  const gone = await seedFeature(ctx, "c.csv", "ts\n1\n");
  const path = "data/features/rsi/1.0.0/BINANCE/SPOT/BTCUSDT/c.csv";
  await env.LAKE.delete(`${path}.1`);
  expect(await call(`/datasets/${gone}/preview`)).toMatchObject({
    status: 404,
    body: { detail: `File not found: ${path}` },
  });
});

it("deleting a month cancels its live download and has the month collected again", async () => {
  const ctx = testContext();
  const known = await seedMonths(ctx);
  const job = await startJob(ctx, downloadJob, { symbol: "BTCUSDT" }, { subject: SUBJECT });
  await ctx.db.insert(coverage).values({ series_id: known.id, from_ts: JANUARY - MINUTE, to_ts: MARCH });
  const gap = { series_id: known.id, state: "no_trades" as const };
  await ctx.db.insert(coverageGaps).values([
    { ...gap, from_ts: JANUARY, to_ts: JANUARY + MINUTE },
    { ...gap, from_ts: FEBRUARY + 5 * MINUTE, to_ts: FEBRUARY + 6 * MINUTE },
  ]);
  await ctx.db.insert(candlePages).values({
    series_id: known.id,
    from_ts: FEBRUARY - MINUTE,
    to_ts: FEBRUARY + MINUTE,
    row_count: 0,
    rows: "",
  });
  expect(await call("/datasets/1", "DELETE")).toEqual({ status: 200, body: { status: "success" } });
  expect(await findJob(ctx.db, job.id)).toMatchObject({ status: "cancelled" });
  expect((await ctx.db.select().from(manifest)).map(({ id }) => id)).toEqual([2]);
  const covered = await ctx.db.select().from(coverage).orderBy(coverage.from_ts);
  expect(covered.map(({ from_ts, to_ts }) => [from_ts, to_ts])).toEqual([
    [JANUARY - MINUTE, JANUARY],
    [FEBRUARY + MINUTE, MARCH],
  ]);
  expect(await ctx.db.select().from(coverageGaps)).toMatchObject([{ from_ts: FEBRUARY + 5 * MINUTE }]);
  expect(await ctx.db.select().from(candlePages)).toEqual([]);
  const states = await ctx.db.select({ path: objects.path, state: objects.state }).from(objects);
  expect(states.map(({ path, state }) => `${path.slice(-17)} ${state}`).toSorted()).toEqual(
    ["_1m_202401.json.gz orphaned".slice(-26), "1m_202401.parquet orphaned", "1m_202402.parquet live"].toSorted(),
  );
  expect(await call("/datasets/1", "DELETE")).toMatchObject({ status: 404, body: { detail: "Dataset not found" } });
});

it("deleting a history removes all market data of the symbol and no feature", async () => {
  const ctx = testContext();
  const known = await seedMonths(ctx);
  await seedFeature(ctx, "a.csv", "ts\n1\n");
  const other = await seedSeries(ctx, { symbol: "ETHUSDT", unified_symbol: "ETH/USDT" });
  await storeMonth(ctx, other, "2024-01", minuteCandles(JANUARY, 2));
  await ctx.db.insert(coverage).values({ series_id: known.id, from_ts: JANUARY, to_ts: MARCH });
  await ctx.db.insert(coverage).values({ series_id: other.id, from_ts: JANUARY, to_ts: MARCH });
  const job = await startJob(ctx, downloadJob, { symbol: "BTCUSDT" }, { subject: SUBJECT });
  expect(await history("symbol=BTC/USDT")).toEqual({
    status: 200,
    body: {
      status: "success",
      deleted_entries: 2,
      deleted_files: 2,
      message: "Deleted 2 entries and 2 files for BTC/USDT",
    },
  });
  expect(await findJob(ctx.db, job.id)).toMatchObject({ status: "cancelled" });
  expect((await ctx.db.select().from(manifest)).map(({ symbol, type }) => [symbol, type])).toEqual([
    ["BTCUSDT", "rsi"],
    ["ETHUSDT", "raw"],
  ]);
  expect((await ctx.db.select().from(series)).map(({ id }) => id)).toEqual([other.id]);
  expect((await ctx.db.select().from(coverage)).map(({ series_id }) => series_id)).toEqual([other.id]);
});

it("deleting one type of a history leaves the others; a feature set goes when it is named", async () => {
  const ctx = testContext();
  await seedMonths(ctx);
  await seedFeature(ctx, "a.csv", "ts\n1\n");
  const none = { deleted_entries: 0, deleted_files: 0, message: "Deleted 0 entries and 0 files for BTCUSDT" };
  expect((await history("symbol=BTCUSDT&data_type=agg")).body).toEqual({ status: "success", ...none });
  expect((await history("symbol=BTCUSDT", "binance", "futures")).body).toMatchObject(none);
  expect((await history("symbol=BTCUSDT", "kraken")).body).toMatchObject(none);
  expect((await history("symbol=BTCUSDT&data_type=rsi")).body).toMatchObject({ deleted_entries: 1 });
  expect((await history("symbol=BTCUSDT&data_type=raw")).body).toMatchObject({ deleted_entries: 2 });
  expect((await history("")).status).toBe(422);
});

it.each(["abc", "0", "-1", "1.5", "1e0", "0x1", "9".repeat(40), "%00"])(
  "the id %s is a 422, and nothing goes",
  async (id) => {
    const ctx = testContext();
    await seedMonths(ctx);
    expect((await call(`/datasets/${id}`, "DELETE")).status).toBe(422);
    expect((await call(`/datasets/${id}/preview`)).status).toBe(422);
    expect((await call(`/datasets/${id}/export`)).status).toBe(422);
    expect(await ctx.db.select().from(manifest)).toHaveLength(2);
  },
);
