import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { startBulkDownload } from "../../../src/domains/market-data/bulk.ts";
import { startDownload } from "../../../src/domains/market-data/download.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import { cancelJob } from "../../../src/platform/jobs/control.ts";
import { testContext } from "../../support/context.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { downloads, exchangeUrls } from "./downloads.ts";

const status = async () => {
  const response = await exports.default.fetch("http://localhost/api/v1/ingest/status");
  return response.json<Record<string, { status: string; message: string; job_id: string }>>();
};

it("each download says how it ended, in the words of the document", async () => {
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(await openWorld({ page_size: 500 })) });
  const { ctx } = world;
  const asked = { timeframe: "1h", start_date: "2024-01-01", end_date: "2024-01-31" };
  const start = async (symbol: string) => (await startDownload(ctx, downloadParams.parse({ ...asked, symbol }))).id;
  const shown = async (symbol: string) => {
    const entry = (await status())[`binance:spot:${symbol}:raw:1h`];
    return [entry?.status, entry?.message];
  };
  await world.work(await start("BTCUSDT"));
  expect(await shown("BTCUSDT")).toEqual(["completed", "Finished (Verified)"]);
  await world.work(await start("NOPEUSDT"));
  expect(await shown("NOPEUSDT")).toEqual(["failed", expect.stringMatching(/^Error: .*NOPEUSDT/)]);
  const live = await start("ETHUSDT");
  expect(await shown("ETHUSDT")).toEqual(["pending", "Waiting for exchange slot..."]);
  await runSlice({ ...ctx, config: { ...ctx.config, JOB_SLICE_SECONDS: 0 } }, downloads, live);
  expect(await shown("ETHUSDT")).toEqual(["running", "Waiting for exchange slot..."]);
  await cancelJob(ctx, live);
  expect(await shown("ETHUSDT")).toEqual(["failed", "Cancelled"]);
});

it("thousands of downloads are all shown, of a series only the newest", async () => {
  const ctx = testContext();
  const shared = { exchange: "binance", market: "spot", timeframe: "1m", data_type: "raw" as const };
  const symbols = Array.from({ length: 3100 }, (_, index) => `A${index}USDT`);
  const [first] = await startBulkDownload(ctx, { ...shared, symbols });
  await cancelJob(ctx, first?.id ?? "");
  const again = await startDownload(ctx, downloadParams.parse({ ...shared, symbol: "A0USDT" }));
  const entries = await status();
  expect(Object.keys(entries)).toHaveLength(3100);
  expect(entries["binance:spot:A0USDT:raw"]).toMatchObject({ status: "pending", job_id: again.id });
});

it("a download that ended more than a day ago is shown no more", async () => {
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(await openWorld()) });
  world.ctx.advance(-25 * 3_600_000);
  const asked = { symbol: "BTCUSDT", timeframe: "1h", start_date: "2024-01-01", end_date: "2024-01-02" };
  await world.work((await startDownload(world.ctx, downloadParams.parse(asked))).id);
  expect(await status()).toEqual({});
});
