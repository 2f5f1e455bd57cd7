import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";
import { createApp, purges } from "../../../src/app.ts";
import { purgeExports } from "../../../src/domains/market-data/export.ts";
import { exportBatch } from "../../../src/domains/market-data/export-batch.ts";
import { storeExport } from "../../../src/domains/market-data/export-file.ts";
import { exports as exportTable, manifest } from "../../../src/domains/market-data/tables.ts";
import { type Candles, candlesFromRows, concatCandles } from "../../../src/formats/candles.ts";
import { TERMINAL_HEADER, writeTerminalRows } from "../../../src/formats/terminal-csv.ts";
import { sweepObjects } from "../../../src/platform/storage/sweep.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { testContext } from "../../support/context.ts";
import { askDuckdb } from "../../support/duckdb.ts";
import { FEBRUARY, JANUARY, MINUTE, minuteCandles, seedSeries, storeMonth } from "../../support/lake.ts";

const DAY = 1440 * MINUTE;
const NAME = "dl_BTCUSDT_BINANCE_SPOT.csv.txt";

interface ExportAnswer {
  status: string;
  filename: string;
  path: string;
  rows_exported?: number;
  download_url: string;
}

const ask = (path: string, init?: RequestInit) => exports.default.fetch(`http://localhost${path}`, init);

async function answerOf<Body = ExportAnswer>(path: string, init?: RequestInit): Promise<Body> {
  const response = await ask(path, init);
  expect([path, response.status]).toEqual([path, 200]);
  return response.json<Body>();
}

const fileOf = async ({ download_url }: ExportAnswer) => (await ask(download_url)).text();

const textOf = (candles: Candles, ticker = "BTCUSDT", period = "1") =>
  TERMINAL_HEADER + new TextDecoder().decode(writeTerminalRows(candles, { ticker, period }));

/** Two short months of minutes. */
async function seedTwoMonths() {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  const january = minuteCandles(JANUARY, 2000);
  const february = minuteCandles(FEBRUARY, 1500);
  await storeMonth(ctx, series, "2024-01", january);
  await storeMonth(ctx, series, "2024-02", february);
  return { ctx, series, january, february };
}

describe("the export of a dataset", () => {
  it("answers the document's keys, and the file downloads under its name", async () => {
    const { january } = await seedTwoMonths();
    const answer = await answerOf("/api/v1/datasets/1/export");
    expect(answer).toEqual({
      status: "success",
      filename: NAME,
      path: `export/BINANCE/SPOT/${NAME}`,
      download_url: "/api/v1/exports/1/download",
    });
    const response = await ask(answer.download_url);
    expect(response.headers.get("Content-Disposition")).toBe(`attachment; filename="${NAME}"`);
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    const text = await response.text();
    expect(response.headers.get("Content-Length")).toBe(String(text.length));
    expect(text).toBe(textOf(january));
  });

  it("says what DuckDB makes of the Parquet file", async () => {
    const { ctx } = await seedTwoMonths();
    const [entry] = await ctx.db.select().from(manifest).where(eq(manifest.id, 2));
    const parquet = new Uint8Array((await (await env.LAKE.get(entry?.object_key ?? ""))?.arrayBuffer()) ?? []);
    const expected = await askDuckdb<{ line: string }>(
      `SELECT concat_ws(',', 'BTCUSDT', '1', strftime(epoch_ms(ts), '%Y%m%d,%H%M%S'), open, high, low, close, volume) AS line
       FROM read_parquet({parquet}) ORDER BY ts`,
      { parquet },
    );
    const text = await fileOf(await answerOf("/api/v1/datasets/2/export"));
    expect(text).toBe(`${TERMINAL_HEADER}${expected.map(({ line }) => `${line}\n`).join("")}`);
  });

  it("never overwrites that of another month, timeframe or symbol, though their names are equal", async () => {
    const { ctx, january, february } = await seedTwoMonths();
    const hours = candlesFromRows([[JANUARY, 1, 2, 0.5, 1.5, 10]]);
    await storeMonth(ctx, await seedSeries(ctx, { timeframe: "1h" }), "2024-01", hours);
    const answers = await Promise.all([1, 2, 3].map((id) => answerOf(`/api/v1/datasets/${id}/export`)));
    expect(new Set(answers.map(({ filename }) => filename))).toEqual(new Set([NAME]));
    const [first = "", second = "", third = ""] = await Promise.all(answers.map(fileOf));
    expect([first, second, third]).toEqual([textOf(january), textOf(february), textOf(hours, "BTCUSDT", "60")]);
  });

  it("is reused while the data stay, made anew when they change, and the older file stays as it was", async () => {
    const { ctx, series, january } = await seedTwoMonths();
    const before = await answerOf("/api/v1/datasets/1/export");
    expect(await answerOf("/api/v1/datasets/1/export")).toEqual(before);
    const more = minuteCandles(JANUARY + 2000 * MINUTE, 10);
    await storeMonth(ctx, series, "2024-01", more);
    const after = await answerOf("/api/v1/datasets/1/export");
    expect(after.download_url).not.toBe(before.download_url);
    expect(await fileOf(before)).toBe(textOf(january));
    expect(await fileOf(after)).toBe(textOf(concatCandles([january, more])));
  });

  it("twice at once is one export, and leaves no object that nothing names", async () => {
    const { ctx } = await seedTwoMonths();
    const answers = await Promise.all([1, 2, 3, 4].map(() => answerOf("/api/v1/datasets/1/export")));
    expect(new Set(answers.map(({ download_url }) => download_url))).toHaveLength(1);
    const rows = await ctx.db.select().from(exportTable);
    const stored = await ctx.db.select().from(objects).where(eq(objects.origin, "export"));
    expect(rows).toHaveLength(1);
    expect(stored.filter(({ state }) => state === "live").map(({ key }) => key)).toEqual([rows[0]?.object_key]);
  });

  it.each([
    ["/api/v1/datasets/99/export", 404, "Dataset not found in manifest"],
    ["/api/v1/exports/99/download", 404, "Export not found"],
  ])("%s is a %d", async (path, status, detail) => {
    const response = await ask(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: "NOT_FOUND", detail });
  });

  it.each(["abc", "0", "-1", "1.5", "1e999"])("of the id %s is a 422", async (id) => {
    expect((await ask(`/api/v1/datasets/${id}/export`)).status).toBe(422);
  });

  it("of a file without candles is a 422 that says so", async () => {
    const { ctx } = await seedTwoMonths();
    await ctx.db.update(manifest).set({ type: "rsi_indicators", timeframe: null }).where(eq(manifest.id, 1));
    const response = await ask("/api/v1/datasets/1/export");
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      errors: [{ field: "dataset_id", message: "is of type rsi_indicators, which has no candles to export" }],
    });
  });

  it("that fails half-way leaves nothing behind", async () => {
    const { ctx, series } = await seedTwoMonths();
    const files = await ctx.db.select().from(manifest);
    await env.LAKE.delete(files[1]?.object_key ?? "");
    const source = { ...series, scope: "aggregated-1m", files };
    await expect(storeExport(ctx, source)).rejects.toThrow("replaced while it was read");
    const { objects: listed } = await env.LAKE.list({ prefix: "export/" });
    expect(listed).toEqual([]);
    expect(await ctx.db.select().from(exportTable)).toEqual([]);
  });
});

describe("the export of a symbol", () => {
  it.each(["btc_usdt", "BTC%2FUSDT", "BTCUSDT"])("merges all minutes of %s in order", async (symbol) => {
    const { january, february } = await seedTwoMonths();
    const answer = await answerOf(`/api/v1/export/binance/${symbol}?market=spot`);
    expect(answer).toEqual({
      status: "success",
      filename: NAME,
      path: `export/BINANCE/SPOT/${NAME}`,
      rows_exported: 3500,
      download_url: "/api/v1/exports/1/download",
    });
    expect(await fileOf(answer)).toBe(textOf(concatCandles([january, february])));
  });

  it("has one row a minute when files overlap, the later file's", async () => {
    const { ctx, series, january } = await seedTwoMonths();
    const [entry] = await ctx.db.select().from(manifest).where(eq(manifest.id, 1));
    const corrected = candlesFromRows([
      [JANUARY + MINUTE, 1, 2, 0.5, 1.5, 10],
      [JANUARY + 2000 * MINUTE, 2, 3, 1.5, 2.5, 20],
    ]);
    const other = await seedSeries(ctx, { symbol: "OTHER" });
    await storeMonth(ctx, other, "2024-01", corrected);
    await ctx.db.update(manifest).set({ series_id: series.id }).where(eq(manifest.symbol, "OTHER"));
    const answer = await answerOf("/api/v1/export/binance/BTCUSDT");
    expect(entry).toBeDefined();
    expect(answer.rows_exported).toBe(3501);
    const lines = (await fileOf(answer)).split("\n");
    expect(lines[2]).toBe("BTCUSDT,1,20240101,000100,1.0,2.0,0.5,1.5,10.0");
    expect(lines[2001]).toBe("BTCUSDT,1,20240102,092000,2.0,3.0,1.5,2.5,20.0");
    expect(lines.slice(3, 2001)).toEqual(textOf(january).split("\n").slice(3, 2001));
  });

  it("takes SPOT, else the only market, and never mixes two", async () => {
    const { ctx } = await seedTwoMonths();
    const swap = await seedSeries(ctx, { market: "SWAP", symbol: "ETHUSDT", unified_symbol: "ETH/USDT:USDT" });
    await storeMonth(ctx, swap, "2024-01", minuteCandles(JANUARY, 5));
    const btcSwap = await seedSeries(ctx, { market: "SWAP", unified_symbol: "BTC/USDT:USDT" });
    await storeMonth(ctx, btcSwap, "2024-01", minuteCandles(JANUARY, 7));
    expect(await answerOf("/api/v1/export/binance/BTCUSDT")).toMatchObject({ filename: NAME, rows_exported: 3500 });
    expect(await answerOf("/api/v1/export/binance/BTCUSDT?market=swap")).toMatchObject({
      filename: "dl_BTCUSDT_BINANCE_SWAP.csv.txt",
      rows_exported: 7,
    });
    expect(await answerOf("/api/v1/export/binance/ETHUSDT")).toMatchObject({
      filename: "dl_ETHUSDT_BINANCE_SWAP.csv.txt",
    });
    const inverse = await seedSeries(ctx, { market: "FUTURES", symbol: "ETHUSDT", unified_symbol: "ETH/USDT:ETH" });
    await storeMonth(ctx, inverse, "2024-01", minuteCandles(JANUARY, 3));
    const ambiguous = await ask("/api/v1/export/binance/ETHUSDT");
    expect(ambiguous.status).toBe(400);
    expect(await ambiguous.json()).toMatchObject({
      error: "MARKET_AMBIGUOUS",
      detail: "ETHUSDT is on several markets of binance: FUTURES, SWAP. Choose one with market=",
    });
  });

  it("knows only minutes, and names the first five symbols when there are none", async () => {
    const { ctx } = await seedTwoMonths();
    for (const symbol of ["FUSDT", "DUSDT", "CUSDT", "EUSDT", "AUSDT"]) {
      const hourly = await seedSeries(ctx, { symbol, unified_symbol: symbol, timeframe: "1h" });
      await storeMonth(ctx, hourly, "2024-01", minuteCandles(JANUARY, 1));
    }
    const response = await ask("/api/v1/export/binance/AUSDT");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      detail:
        "No 1m raw data found for AUSDT on binance. Found symbols: ['AUSDT', 'BTCUSDT', 'CUSDT', 'DUSDT', 'EUSDT']",
    });
    const nothing = await ask("/api/v1/export/nowhere/AUSDT");
    expect(await nothing.json()).toMatchObject({
      detail: "No 1m raw data found for AUSDT on nowhere. Found symbols: []",
    });
  });
});

describe("the export of an exchange", () => {
  it("exports every symbol of every market apart, and skips those without minutes", async () => {
    const { ctx } = await seedTwoMonths();
    const swap = await seedSeries(ctx, { market: "SWAP", unified_symbol: "BTC/USDT:USDT" });
    await storeMonth(ctx, swap, "2024-01", minuteCandles(JANUARY, 7));
    const hourly = await seedSeries(ctx, { symbol: "ETHUSDT", unified_symbol: "ETH/USDT", timeframe: "1h" });
    await storeMonth(ctx, hourly, "2024-01", minuteCandles(JANUARY, 1));
    const details = (market: string, id: number, rows: number) => ({
      symbol: "BTCUSDT",
      market,
      filename: `dl_BTCUSDT_BINANCE_${market}.csv.txt`,
      path: `export/BINANCE/${market}/dl_BTCUSDT_BINANCE_${market}.csv.txt`,
      rows_exported: rows,
      download_url: `/api/v1/exports/${id}/download`,
    });
    expect(await answerOf<unknown>("/api/v1/export/batch?exchange=binance", { method: "POST" })).toEqual({
      status: "partial",
      total_symbols: 3,
      exported_count: 2,
      failed_count: 0,
      skipped_count: 1,
      exported_details: [details("SPOT", 1, 3500), details("SWAP", 2, 7)],
      failed_details: [],
      skipped_details: [{ symbol: "ETHUSDT", market: "SPOT", reason: "No 1m raw data" }],
      export_dir: "export/BINANCE",
    });
    const one = await answerOf<unknown>("/api/v1/export/batch?exchange=BINANCE&market=swap", { method: "POST" });
    expect(one).toMatchObject({ status: "success", total_symbols: 1, export_dir: "export/BINANCE/SWAP" });
  });

  it("says which symbol failed, and exports the others", async () => {
    const { ctx } = await seedTwoMonths();
    const eth = await seedSeries(ctx, { symbol: "ETHUSDT", unified_symbol: "ETH/USDT" });
    const written = await storeMonth(ctx, eth, "2024-01", minuteCandles(JANUARY, 5));
    const [entry] = await ctx.db.select().from(manifest).where(eq(manifest.path, written.path));
    await env.LAKE.delete(entry?.object_key ?? "");
    const answer = await answerOf<unknown>("/api/v1/export/batch?exchange=binance", { method: "POST" });
    expect(answer).toMatchObject({
      status: "partial",
      exported_count: 1,
      failed_details: [{ symbol: "ETHUSDT", market: "SPOT", error: "The file was replaced while it was read" }],
    });
  });

  it("stops with its time, and goes on when asked again", async () => {
    const { ctx } = await seedTwoMonths();
    const late = { ...ctx, config: { ...ctx.config, JOB_SLICE_SECONDS: 0 } };
    expect(await exportBatch(late, { exchange: "binance" })).toMatchObject({
      exported: [],
      skipped: [{ symbol: "BTCUSDT", market: "SPOT", reason: "Out of time: ask again" }],
    });
    expect((await exportBatch(ctx, { exchange: "binance" })).exported).toHaveLength(1);
  });

  it("without any data is a warning", async () => {
    expect(await answerOf<unknown>("/api/v1/export/batch?exchange=binance", { method: "POST" })).toEqual({
      status: "warning",
      message: "No symbols found with raw data",
      exported_count: 0,
      symbols_processed: [],
    });
    expect((await ask("/api/v1/export/batch", { method: "POST" })).status).toBe(422);
  });

  it("is closed to strangers where ANONYMOUS_ACCESS does not open it", async () => {
    const closed = { ...env, ANONYMOUS_ACCESS: "" };
    const call = (path: string, method = "GET") =>
      createApp().request(`http://localhost${path}`, { method }, closed, createExecutionContext());
    expect((await call("/api/v1/export/batch?exchange=binance", "POST")).status).toBe(401);
    expect((await call("/api/v1/export/binance/BTCUSDT")).status).toBe(401);
    expect((await call("/api/v1/exports/1/download")).status).toBe(401);
  });
});

describe("an export that is old", () => {
  it("can be downloaded for seven days, is purged by the tick and swept a day later", async () => {
    const { ctx } = await seedTwoMonths();
    await answerOf("/api/v1/datasets/1/export");
    ctx.advance(7 * DAY - MINUTE);
    expect(await purges["exports"]?.(ctx)).toEqual({ rows: 0, bytes: 0 });
    ctx.advance(2 * MINUTE);
    expect(await purgeExports(ctx)).toMatchObject({ rows: 1 });
    expect((await ask("/api/v1/exports/1/download")).status).toBe(404);
    const count = async () => (await env.LAKE.list({ prefix: "export/" })).objects.length;
    await sweepObjects(ctx);
    expect(await count()).toBe(1);
    ctx.advance(DAY + MINUTE);
    await sweepObjects(ctx);
    expect(await count()).toBe(0);
  });

  it("is made anew under its id when it has expired and is not yet purged", async () => {
    const { ctx, january } = await seedTwoMonths();
    const before = await answerOf("/api/v1/datasets/1/export");
    await ctx.db.update(exportTable).set({ expires_at: 1 });
    expect((await ask(before.download_url)).status).toBe(404);
    expect(await answerOf("/api/v1/datasets/1/export")).toEqual(before);
    expect(await fileOf(before)).toBe(textOf(january));
    expect(await purgeExports(ctx)).toMatchObject({ rows: 0 });
  });
});

describe("the download of an export", () => {
  it("goes on where it was cut off, and is not repeated for who has it", async () => {
    const { january } = await seedTwoMonths();
    const { download_url } = await answerOf("/api/v1/datasets/1/export");
    const text = textOf(january);
    const etag = (await ask(download_url)).headers.get("ETag") ?? "";
    const part = async (headers: Record<string, string>) => {
      const response = await ask(download_url, { headers });
      return [response.status, response.headers.get("Content-Range"), await response.text()];
    };
    const rest = `bytes 1000-${text.length - 1}/${text.length}`;
    expect(await part({ Range: "bytes=1000-", "If-Range": etag })).toEqual([206, rest, text.slice(1000)]);
    expect(await part({ Range: "bytes=1000-", "If-Range": '"older"' })).toEqual([200, null, text]);
    expect(await part({ "If-None-Match": etag })).toEqual([304, null, ""]);
    expect((await part({ Range: `bytes=${text.length}-` })).slice(0, 2)).toEqual([416, `bytes */${text.length}`]);
  });

  it("is a 404 when the bytes are gone", async () => {
    await seedTwoMonths();
    const { download_url } = await answerOf("/api/v1/datasets/1/export");
    const { objects: stored } = await env.LAKE.list({ prefix: "export/" });
    await env.LAKE.delete(stored.map(({ key }) => key));
    const response = await ask(download_url);
    expect([response.status, await response.json()]).toMatchObject([404, { detail: "Export not found" }]);
  });
});

describe("the exports of data that are deleted", () => {
  const remaining = async () => {
    const rows = await testContext().db.select().from(exportTable).orderBy(exportTable.id);
    return rows.map(({ scope, symbol, market }) => `${symbol} ${market} ${scope}`);
  };

  async function seedExports() {
    const { ctx } = await seedTwoMonths();
    const swap = await seedSeries(ctx, { market: "SWAP", unified_symbol: "BTC/USDT:USDT" });
    await storeMonth(ctx, swap, "2024-01", minuteCandles(JANUARY, 10));
    for (const path of ["datasets/1/export", "datasets/2/export", "datasets/3/export", "export/binance/BTCUSDT"]) {
      await answerOf(`/api/v1/${path}`);
    }
    return ctx;
  }

  it("go with a month: its own and those of the whole symbol, and their bytes are swept", async () => {
    const ctx = await seedExports();
    await answerOf("/api/v1/datasets/1", { method: "DELETE" });
    expect(await remaining()).toEqual(["BTCUSDT SPOT dataset-2", "BTCUSDT SWAP dataset-3"]);
    expect((await ask("/api/v1/exports/1/download")).status).toBe(404);
    const states = await ctx.db.select().from(objects).where(eq(objects.origin, "export"));
    expect(states.map(({ state }) => state).toSorted()).toEqual(["live", "live", "orphaned", "orphaned"]);
  });

  it("go with a history, and those of another market stay", async () => {
    await seedExports();
    const history = "/api/v1/ingest/exchanges/binance/markets/spot/history?symbol=BTCUSDT";
    await answerOf(history, { method: "DELETE" });
    expect(await remaining()).toEqual(["BTCUSDT SWAP dataset-3"]);
  });
});

it("a year of minutes goes to the lake by one upload in parts", async () => {
  const ctx = testContext();
  const series = await seedSeries(ctx);
  const year = minuteCandles(JANUARY, 366 * 1440);
  for (let month = 0; month < 12; month++) {
    const name = `2024-${String(month + 1).padStart(2, "0")}`;
    await storeMonth(ctx, series, name, year);
  }
  const upload = vi.spyOn(ctx.lake, "createMultipartUpload");
  const files = await ctx.db.select().from(manifest);
  const row = await storeExport(ctx, { ...series, scope: "aggregated-1m", files });
  expect(row.row_count).toBe(527_040);
  expect(upload).toHaveBeenCalledTimes(1);
  const text = await (await ask("/api/v1/exports/1/download")).text();
  expect(text.length).toBe(row.size_bytes);
  expect(text).toBe(textOf(year));
});
