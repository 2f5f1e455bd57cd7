import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { retryJob } from "../../../src/platform/jobs/control.ts";
import { startDownload } from "../../../src/domains/market-data/download.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { candlePages, manifest, series } from "../../../src/domains/market-data/tables.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import type { WorldOptions } from "../../support/exchange-server/world.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { downloads, exchangeUrls, expectedRows, ledgerGaps, storedRows } from "./downloads.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

async function open(options: WorldOptions = {}) {
  const exchange = await openWorld(options);
  return { exchange, world: openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(exchange) }) };
}

const january = { symbol: "BTCUSDT", timeframe: "1h", start_date: "2024-01-01", end_date: "2024-01-31" };
const params = (input: Record<string, unknown>) => downloadParams.parse(input);
const januaryRange = { from: day("2024-01-01"), to: day("2024-02-01") };

describe("a download", () => {
  it.each(["binance", "bybit", "okx", "coinbase"])(
    "of a month from %s ends in one sealed file with every candle",
    async (id) => {
      const { exchange, world } = await open();
      const started = await startDownload(world.ctx, params({ ...january, exchange: id }));
      const { job } = await world.work(started.id);
      expect(job).toMatchObject({
        status: "completed",
        errors: [],
        results: { message: "Finished (Verified)", fetched_rows: 744 },
      });
      const expected = expectedRows({ id: exchange.id, listed_at: 0, gaps: [] }, "BTC/USDT", "1h", [januaryRange]);
      expect(await storedRows(world.ctx)).toEqual(expected);
      const files = await world.ctx.db.select().from(manifest);
      expect(files).toHaveLength(1);
      expect(files[0]).toMatchObject({
        sealed: true,
        row_count: 744,
        time_from: januaryRange.from,
        time_to: januaryRange.to - HOUR,
      });
      expect(await world.ctx.db.select().from(candlePages)).toEqual([]);
    },
  );

  it("writes a file that DuckDB reads back equal", async () => {
    const { world } = await open();
    const started = await startDownload(world.ctx, params(january));
    await world.work(started.id);
    const [file] = await world.ctx.db.select().from(manifest);
    const object = await world.ctx.lake.get(file?.object_key ?? "");
    const bytes = new Uint8Array((await object?.arrayBuffer()) ?? []);
    const rows = await askDuckdb<Record<string, number>>("SELECT * FROM read_parquet({file}) ORDER BY ts", {
      file: bytes,
    });
    expect(
      rows.map((row) => ["ts", "open", "high", "low", "close", "volume"].map((name) => Number(row[name]))),
    ).toEqual(await storedRows(world.ctx));
    expect(file?.path).toBe("data/BINANCE/SPOT/BTCUSDT/raw/1h/2024/01/BTCUSDT_1h_202401.parquet");
  });

  it("asks for nothing that it has, and an earlier start fetches only what lies before", async () => {
    const { exchange, world } = await open();
    await world.work((await startDownload(world.ctx, params({ ...january, start_date: "2024-01-15" }))).id);
    const before = (await exchange.requests()).length;
    const again = await world.work(
      (await startDownload(world.ctx, params({ ...january, start_date: "2024-01-15" }))).id,
    );
    expect(again.job).toMatchObject({ status: "completed", results: { fetched_rows: 0 } });
    expect(await exchange.requests()).toHaveLength(before);
    const earlier = await world.work((await startDownload(world.ctx, params(january))).id);
    expect(earlier.job.results).toMatchObject({ fetched_rows: 14 * 24, rows_in_files: 744 });
  });

  it("of one timeframe or market does not touch another", async () => {
    const { world } = await open();
    for (const change of [{}, { timeframe: "4h" }, { market: "swap" }]) {
      const { job } = await world.work((await startDownload(world.ctx, params({ ...january, ...change }))).id);
      expect(job.status).toBe("completed");
    }
    const rows = await world.ctx.db.select().from(series);
    expect(rows.map(({ market, timeframe }) => `${market} ${timeframe}`)).toEqual(["SPOT 1h", "SPOT 4h", "SWAP 1h"]);
  });

  it("lists the gaps that stay after a second request, merged across pages, and seals the month all the same", async () => {
    const gaps = [
      { from: day("2024-01-03") + 5 * HOUR, to: day("2024-01-04") },
      { from: day("2024-01-20"), to: day("2024-01-20") + HOUR },
    ];
    const { exchange, world } = await open({
      page_size: 100,
      gaps: gaps.map(({ from, to }) => [from, to] as [number, number]),
    });
    const { job } = await world.work((await startDownload(world.ctx, params(january))).id);
    expect(job.results).toMatchObject({
      message: "Finished. Found 2 gaps",
      gap_count: 2,
      gaps: gaps.map((gap) => ({ ...gap, reason: "no trades" })),
    });
    expect(await ledgerGaps(world.ctx)).toEqual(gaps);
    expect(await storedRows(world.ctx)).toEqual(
      expectedRows({ id: exchange.id, listed_at: 0, gaps }, "BTC/USDT", "1h", [januaryRange]),
    );
    expect((await world.ctx.db.select().from(manifest))[0]?.sealed).toBe(true);
  });

  it("with full_history begins at the listing and goes on over empty stretches until now", async () => {
    const now = day("2024-03-01") + HOUR / 2;
    const listed_at = day("2023-11-10") + 7 * HOUR;
    const halt = { from: day("2024-01-05"), to: day("2024-02-10") };
    const exchange = await openWorld({ listed_at, now, page_size: 50, gaps: [[halt.from, halt.to]] });
    const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(exchange), JOB_SLICE_SECONDS: 3600 });
    world.ctx.advance(now - Date.now());
    const { job } = await world.work(
      (await startDownload(world.ctx, params({ symbol: "BTC/USDT", timeframe: "1h" }))).id,
    );
    expect(job).toMatchObject({ status: "completed", results: { gap_count: 1, files: 4 } });
    const wanted = [{ from: 0, to: day("2024-03-01") }];
    expect(await storedRows(world.ctx)).toEqual(
      expectedRows({ id: exchange.id, listed_at, gaps: [halt] }, "BTC/USDT", "1h", wanted),
    );
    expect(await ledgerGaps(world.ctx)).toEqual([halt]);
  });

  it("never stores the candle that is still forming, and takes it up once it is closed", async () => {
    const now = day("2024-01-10") + 90 * 60_000;
    const exchange = await openWorld({ now });
    const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(exchange) });
    world.ctx.advance(now - Date.now());
    const wanted = params({ symbol: "BTCUSDT", timeframe: "1h", start_date: "2024-01-09" });
    await world.work((await startDownload(world.ctx, wanted)).id);
    expect((await storedRows(world.ctx)).at(-1)?.[0]).toBe(day("2024-01-10"));
    world.ctx.advance(HOUR);
    await exchange.change({ now: now + HOUR });
    await world.work((await startDownload(world.ctx, wanted)).id);
    const rows = expectedRows({ id: exchange.id, listed_at: 0, gaps: [] }, "BTC/USDT", "1h", [
      { from: day("2024-01-09"), to: day("2024-01-10") + 2 * HOUR },
    ]);
    expect(await storedRows(world.ctx)).toEqual(rows);
  });

  it("removes duplicates and takes rows in any order", async () => {
    const { exchange, world } = await open({ duplicates: true, reversed: true, page_size: 77 });
    const { job } = await world.work((await startDownload(world.ctx, params(january))).id);
    expect(job.status).toBe("completed");
    expect(await storedRows(world.ctx)).toEqual(
      expectedRows({ id: exchange.id, listed_at: 0, gaps: [] }, "BTC/USDT", "1h", [januaryRange]),
    );
  });
});

describe("a download that meets trouble", () => {
  it("waits as Retry-After says, as a delayed message, and loses nothing", async () => {
    const { world } = await open({ page_size: 200, faults: [{ kind: "rate_limit", retry_after: "90", skip: 1 }] });
    const started = await startDownload(world.ctx, params(january));
    const before = world.ctx.now();
    const { job } = await world.work(started.id);
    expect(job).toMatchObject({ status: "completed", results: { fetched_rows: 744 } });
    expect(world.ctx.now() - before).toBeGreaterThanOrEqual(90_000);
  });

  it("fails with the reason after five failures of one page, and a retry goes on where it stopped", async () => {
    const { exchange, world } = await open({
      page_size: 200,
      faults: [{ kind: "status", status: 503, skip: 2, times: 5 }],
    });
    const { job } = await world.work((await startDownload(world.ctx, params(january))).id);
    expect(job).toMatchObject({ status: "failed", errors: ["Binance answered with status 503"] });
    expect(await storedRows(world.ctx)).toHaveLength(400);
    await retryJob(world.ctx, job.id);
    const retried = await world.work(job.id);
    expect(retried.job).toMatchObject({ status: "completed", results: { fetched_rows: 744 } });
    const candles = (await exchange.requests()).filter((path) => path.includes("klines"));
    expect(candles).toHaveLength(4 + 5);
  });

  it("fails at once where the exchange refuses the region, with a sentence that says so", async () => {
    const { world } = await open({ faults: [{ kind: "status", status: 451, on: "markets" }] });
    const { job } = await world.work((await startDownload(world.ctx, params(january))).id);
    expect(job).toMatchObject({ status: "failed", errors: ["Binance refuses requests from this region"], attempts: 1 });
  });

  it("gives up the listing probe after three attempts", async () => {
    const { world } = await open({ faults: [{ kind: "status", status: 500, times: 50 }] });
    const { job } = await world.work(
      (await startDownload(world.ctx, params({ symbol: "BTCUSDT", timeframe: "1h" }))).id,
    );
    expect(job.status).toBe("failed");
    expect(job.attempts).toBe(3);
    expect(job.errors[0]).toMatch(/^The listing date could not be found in 3 attempts/);
  });

  it("fails on a symbol that the exchange does not list, naming it", async () => {
    const { world } = await open();
    const { job } = await world.work((await startDownload(world.ctx, params({ ...january, symbol: "NOPEUSDT" }))).id);
    expect(job).toMatchObject({ status: "failed", errors: [expect.stringContaining("NOPEUSDT")] });
  });

  it("fails when there is nothing in the range, rather than complete empty", async () => {
    const { world } = await open({ listed_at: day("2024-06-01") });
    const { job } = await world.work((await startDownload(world.ctx, params(january))).id);
    expect(job).toMatchObject({ status: "failed", errors: ["binance has no 1h candles of BTC/USDT in this range"] });
  });

  it("says what an exchange with a short memory no longer offers", async () => {
    const { world } = await open();
    const start_date = new Date(Date.now() - 60 * DAY).toISOString().slice(0, 10);
    const input = { exchange: "kraken", symbol: "BTC/USDT", timeframe: "1h", start_date };
    const { job } = await world.work((await startDownload(world.ctx, params(input))).id);
    expect(job.status).toBe("completed");
    expect(job.errors).toEqual([expect.stringMatching(/^BTC\/USDT 1h: kraken no longer offers candles from /)]);
  });
});

describe("POST /api/v1/ingest/download", () => {
  const app = createApp();
  const queue = { send: async () => {} };
  const bindings = { ...env, INGESTION: queue as unknown as Queue };
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    app.fetch(
      new Request("http://localhost/api/v1/ingest/download", {
        method: "POST",
        headers: { "Content-Type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
      bindings,
      createExecutionContext(),
    );

  it("answers as the document prints it, and the live job again to a second request in another spelling", async () => {
    const first = await post({ exchange: "binance", symbol: "BTCUSDT", market: "spot", start_date: "2024-01-01" });
    expect(first.status).toBe(200);
    const body = await first.json<Record<string, string>>();
    expect(body).toEqual({
      task_id: "dl_BTCUSDT",
      status: "pending",
      message: "Queued download for BTCUSDT from binance",
      job_id: expect.stringMatching(/^job_\d{16}$/),
    });
    const second = await post({ exchange: "BINANCE", symbol: "btc/usdt", market: "SPOT" });
    expect(await second.json()).toMatchObject({ status: "pending", job_id: body.job_id });
    const status = await app.fetch(new Request("http://localhost/api/v1/ingest/status"), env, createExecutionContext());
    expect(await status.json()).toMatchObject({
      "binance:spot:BTCUSDT:raw": {
        exchange: "binance",
        market: "spot",
        symbol: "BTCUSDT",
        data_type: "raw",
        start_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
      },
    });
  });

  it.each([
    [{ exchange: "nasdaq", symbol: "BTCUSDT" }, "exchange"],
    [{ symbol: "" }, "symbol"],
    [{}, "symbol"],
    [{ symbol: 7 }, "symbol"],
    [{ symbol: "../../etc/passwd" }, "symbol"],
    [{ symbol: "BTC'; DROP TABLE jobs --" }, "symbol"],
    [{ symbol: "BTC\u0000USDT" }, "symbol"],
    [{ symbol: "BTCUSDT", timeframe: "7q" }, "timeframe"],
    [{ symbol: "BTCUSDT", timeframe: "7m" }, "timeframe"],
    [{ symbol: "BTCUSDT", timeframe: "1M" }, "timeframe"],
    [{ symbol: "BTCUSDT", timeframe: "1s" }, "timeframe"],
    [{ symbol: "BTCUSDT", market: "../spot" }, "market"],
    [{ symbol: "BTCUSDT", data_type: "funding" }, "market"],
    [{ symbol: "BTCUSDT", data_type: "both" }, "market"],
    [{ symbol: "BTCUSDT", data_type: "secrets" }, "data_type"],
    [{ symbol: "BTCUSDT", start_date: "2024-02-30" }, "start_date"],
    [{ symbol: "BTCUSDT", start_date: "yesterday" }, "start_date"],
    [{ symbol: "BTCUSDT", start_date: "2999-01-01" }, "start_date"],
    [{ symbol: "BTCUSDT", start_date: "2024-02-01", end_date: "2024-01-01" }, "end_date"],
    [{ symbol: "BTCUSDT", days: -1 }, "days"],
  ])("refuses %j naming the field %s, and starts nothing", async (body, field) => {
    const response = await post(body);
    expect(response.status).toBe(422);
    const error = await response.json<{
      error: string;
      detail: string;
      message: string;
      errors: { field: string }[];
    }>();
    expect(error.error).toBe("VALIDATION_ERROR");
    expect(error.detail).toBe(error.message);
    expect(error.errors.map((item) => item.field)).toContain(field);
    const { results } = await env.DB.prepare("SELECT id FROM jobs").all();
    expect(results).toEqual([]);
  });

  it("refuses broken JSON with 422 and a body over 1 MiB with 413", async () => {
    expect((await post('{"symbol": ')).status).toBe(422);
    const large = await post({ symbol: "BTCUSDT", note: "x".repeat(2 * 1024 * 1024) });
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ detail: "Request body too large" });
  });
});
