import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { startDownload, startDownloads } from "../../../src/domains/market-data/download.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { candlePages, coverage, coverageGaps, manifest, series } from "../../../src/domains/market-data/tables.ts";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import { findJob } from "../../../src/platform/jobs/job.store.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { downloads, exchangeUrls, expectedRows, storedRows } from "./downloads.ts";

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
const asked = (start_date: string, end_date: string) =>
  downloadParams.parse({ symbol: "BTCUSDT", timeframe: "1h", start_date, end_date });

/** A lake with the end of January, and a download from mid January to mid February that is interrupted at a page. */
async function open() {
  const exchange = await openWorld({ page_size: 60 });
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(exchange) });
  const { ctx } = world;
  await world.work((await startDownload(ctx, asked("2024-01-25", "2024-01-31"))).id);
  return {
    world,
    expected: expectedRows({ id: exchange.id, listed_at: 0, gaps: [] }, "BTC/USDT", "1h", [
      { from: day("2024-01-15"), to: day("2024-02-16") },
    ]),
    /** Downloads until the answer to a page is under way, then does something, and only then lets the answer come. */
    async interrupt(page: number, act: () => Promise<unknown>) {
      const { id } = await startDownload(ctx, asked("2024-01-15", "2024-02-15"));
      let pages = 0;
      const fetchSlowly: typeof fetch = async (input, init) => {
        const answer = await fetch(input, init);
        if (String(input).includes("klines") && ++pages === page) await act();
        return answer;
      };
      await runSlice({ ...ctx, fetch: fetchSlowly }, downloads, id);
      expect(pages).toBe(page);
      return findJob(ctx.db, id);
    },
    async collectAgain() {
      const { job } = await world.work((await startDownload(ctx, asked("2024-01-15", "2024-02-15"))).id);
      expect(job).toMatchObject({ status: "completed", errors: [] });
      return storedRows(ctx);
    },
  };
}

const remove = async (path: string) => {
  const request = new Request(`http://localhost/api/v1${path}`, { method: "DELETE" });
  const bindings = { ...env, INGESTION: { send: async () => {} } as unknown as Queue };
  const response = await createApp().fetch(request, bindings, createExecutionContext());
  expect(response.status).toBe(200);
  return response.json();
};

it.each([1, 3, 6])(
  "a dataset deleted while page %i of its download comes stays deleted until the next",
  async (page) => {
    const { world, expected, interrupt, collectAgain } = await open();
    const { db } = world.ctx;
    const [january] = await db.select().from(manifest);
    const job = await interrupt(page, () => remove(`/datasets/${january?.id}`));
    expect(job).toMatchObject({ status: "cancelled" });
    const left = await db.select().from(manifest);
    expect(left.filter(({ time_from }) => (time_from ?? 0) < day("2024-02-01"))).toEqual([]);
    const known = await db.select().from(coverage);
    expect(known.filter(({ from_ts }) => from_ts < day("2024-02-01"))).toEqual([]);
    expect(await collectAgain()).toEqual(expected);
  },
);

it("a history deleted while it is downloaded leaves nothing behind", async () => {
  const { world, expected, interrupt, collectAgain } = await open();
  const { db } = world.ctx;
  const job = await interrupt(3, async () => {
    const path = "/ingest/exchanges/binance/markets/spot/history?symbol=BTCUSDT";
    expect(await remove(path)).toMatchObject({ status: "success", deleted_entries: 1, deleted_files: 1 });
  });
  expect(job).toMatchObject({ status: "cancelled" });
  for (const table of [manifest, series, coverage, coverageGaps, candlePages]) {
    expect(await db.select().from(table)).toEqual([]);
  }
  expect(await collectAgain()).toEqual(expected);
});

it("deleting the history of a long symbol ends its own work and no other", async () => {
  const { ctx } = openJobWorld(downloads, {});
  const symbol = "A".repeat(60);
  const [own, other] = await startDownloads(ctx, [
    { ...asked("2024-01-01", "2024-01-02"), symbol },
    { ...asked("2024-01-01", "2024-01-02"), symbol: `${symbol}B` },
  ]);
  await remove(`/ingest/exchanges/binance/markets/spot/history?symbol=${symbol}`);
  expect(await findJob(ctx.db, own?.job.id ?? "")).toMatchObject({ status: "cancelled" });
  expect(await findJob(ctx.db, other?.job.id ?? "")).toMatchObject({ status: "pending" });
});
