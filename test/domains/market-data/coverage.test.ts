import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { repairCoverage } from "../../../src/domains/market-data/coverage.ts";
import { startDownload } from "../../../src/domains/market-data/download.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { downloads, exchangeUrls } from "./downloads.ts";

const HOUR = 3_600_000;
const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
const asked = { symbol: "BTCUSDT", timeframe: "1h", start_date: "2024-01-01", end_date: "2024-01-10" };
const call = (path: string, method = "GET", body?: unknown) =>
  createApp().fetch(
    new Request(`http://localhost/api/v1${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
    { ...env, INGESTION: { send: async () => {} } as unknown as Queue },
    createExecutionContext(),
  );

it("coverage shows intervals and gaps, and a repair fills what has come back", async () => {
  const from = day("2024-01-03");
  const exchange = await openWorld({ gaps: [[from, from + HOUR]] });
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(exchange) });
  await world.work((await startDownload(world.ctx, downloadParams.parse(asked))).id);
  expect(await (await call("/coverage?exchange=binance&symbol=btc/usdt&market=spot")).json()).toMatchObject({
    total: 1,
    series: [
      {
        first: "2024-01-01T00:00:00Z",
        last: "2024-01-10T23:00:00Z",
        intervals: [{ from: "2024-01-01T00:00:00Z", to: "2024-01-11T00:00:00Z" }],
        gaps: [{ from: "2024-01-03T00:00:00Z", to: "2024-01-03T01:00:00Z", state: "no_trades" }],
        gap_count: 1,
      },
    ],
  });
  await exchange.change({ gaps: [] });
  const [repair] = await repairCoverage(world.ctx, { symbol: "BTCUSDT" });
  const { job } = await world.work(repair?.job_id ?? "");
  expect(job).toMatchObject({ status: "completed", results: { gap_count: 0, rows_in_files: 240 } });
  expect((await call("/coverage/repair", "POST", {})).status).toBe(422);
});

it("a schedule is made, changed and removed, and refuses what cannot run", async () => {
  const series = [{ exchange: "binance", symbol: "BTCUSDT" }];
  const made = await call("/ingest/schedules", "POST", { name: "hourly", series, cron_expression: "5 * * * *" });
  expect(made.status).toBe(201);
  const { id } = await made.json<{ id: string }>();
  const changed = await call(`/ingest/schedules/${id}`, "PATCH", { enabled: false, time_zone: "Europe/Budapest" });
  expect(await changed.json()).toMatchObject({ id, enabled: false, next_run_at: null, time_zone: "Europe/Budapest" });
  expect(await (await call("/ingest/schedules")).json()).toMatchObject({ total: 1, schedules: [{ id }] });
  const wrong = { name: "x", series, cron_expression: "often" };
  expect((await call("/ingest/schedules", "POST", wrong)).status).toBe(400);
  const unknown = { ...wrong, cron_expression: "5 * * * *", series: [{ exchange: "nasdaq", symbol: "A" }] };
  expect((await call("/ingest/schedules", "POST", unknown)).status).toBe(422);
  expect(await (await call(`/ingest/schedules/${id}`, "DELETE")).json()).toEqual({ status: "success" });
  expect((await call(`/ingest/schedules/${id}`)).status).toBe(404);
});

it("a repair collects what lies between two stretches", async () => {
  const exchange = await openWorld();
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(exchange) });
  for (const [start_date, end_date] of [
    ["2024-01-01", "2024-01-02"],
    ["2024-01-08", "2024-01-09"],
  ]) {
    await world.work((await startDownload(world.ctx, downloadParams.parse({ ...asked, start_date, end_date }))).id);
  }
  const [repair] = await repairCoverage(world.ctx, { symbol: "BTCUSDT" });
  const { job } = await world.work(repair?.job_id ?? "");
  expect(job).toMatchObject({ status: "completed", results: { fetched_rows: 5 * 24, rows_in_files: 9 * 24 } });
  const { series } = await (await call("/coverage")).json<{ series: unknown[] }>();
  expect(series).toMatchObject([{ intervals: [{ from: "2024-01-01T00:00:00Z", to: "2024-01-10T00:00:00Z" }] }]);
});

it("a repair joins the live download of a series", async () => {
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(await openWorld()) });
  await world.work((await startDownload(world.ctx, downloadParams.parse(asked))).id);
  const live = await startDownload(world.ctx, downloadParams.parse({ ...asked, end_date: "2024-01-12" }));
  const repaired = await call("/coverage/repair", "POST", { exchange: "binance", symbol: "btc-usdt" });
  expect(await repaired.json()).toMatchObject({ repairs: [{ job_id: live.id, joined: true }] });
  expect((await world.work(live.id)).job).toMatchObject({ status: "completed", results: { rows_in_files: 288 } });
});
