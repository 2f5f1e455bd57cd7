import { describe, expect, it } from "vitest";
import { startDownload } from "../../../src/domains/market-data/download.ts";
import { downloadParams } from "../../../src/domains/market-data/download-params.ts";
import { candlePages } from "../../../src/domains/market-data/tables.ts";
import { runSlice } from "../../../src/platform/jobs/consume.ts";
import { openWorld } from "../../support/exchange-server/client.ts";
import type { FaultPlan } from "../../support/faults.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { clearLake, downloads, exchangeUrls, expectedRows, ledgerGaps, storedRows } from "./downloads.ts";

const HOUR = 3_600_000;
const range = { from: Date.UTC(2024, 0, 25), to: Date.UTC(2024, 1, 10) };
const gap = { from: Date.UTC(2024, 1, 2, 3), to: Date.UTC(2024, 1, 2, 9) };
const params = downloadParams.parse({
  symbol: "BTCUSDT",
  timeframe: "1h",
  start_date: "2024-01-25",
  end_date: "2024-02-09",
});

async function open() {
  const exchange = await openWorld({ page_size: 60, gaps: [[gap.from, gap.to]] });
  const world = openJobWorld(downloads, { EXCHANGE_URLS: exchangeUrls(exchange) });
  const expected = expectedRows({ id: exchange.id, listed_at: 0, gaps: [gap] }, "BTC/USDT", "1h", [range]);
  const candleRequests = async () => (await exchange.requests()).filter((path) => path.includes("klines")).length;
  return { world, expected, candleRequests };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function expectWhole({ world, expected }: Opened) {
  expect(await storedRows(world.ctx)).toEqual(expected);
  expect(await ledgerGaps(world.ctx)).toEqual([gap]);
  expect(await world.ctx.db.select().from(candlePages)).toEqual([]);
}

describe("a download that breaks at any of its operations", () => {
  it.each(["fault", "kill"] as const)(
    "by a %s ends in the same rows with at most one request more",
    async (kind) => {
      const opened = await open();
      const { world, candleRequests } = opened;
      const calm = await world.work((await startDownload(world.ctx, params)).id);
      await expectWhole(opened);
      const operations = calm.process.count();
      const pages = await candleRequests();
      expect(operations).toBeGreaterThanOrEqual(30);
      console.log(`download: ${operations} operations, ${pages} pages, each broken by a ${kind} before and after`);
      let requests = pages;
      for (let at = 1; at <= operations; at++) {
        for (const moment of ["before", "after"] as const) {
          await clearLake(world.ctx.db);
          const plan: FaultPlan = { at, moment, kind };
          const { job, kills } = await world.work((await startDownload(world.ctx, params)).id, plan);
          expect(job, `${kind} ${moment} operation ${at}`).toMatchObject({ status: "completed" });
          await expectWhole(opened);
          const now = await candleRequests();
          expect(now - requests, `requests after a ${kind} ${moment} operation ${at}`).toBeLessThanOrEqual(pages + 1);
          expect(kills).toBeLessThanOrEqual(1);
          requests = now;
        }
      }
    },
    300_000,
  );
});

describe("a download whose every message is delivered twice at once", () => {
  it("ends in the same rows without a request more", async () => {
    const opened = await open();
    const { world, candleRequests } = opened;
    const { ctx } = world;
    const { id } = await startDownload(ctx, params);
    for (let next = ctx.messages.shift(); next; next = ctx.messages.shift()) {
      if (next.due_at > ctx.now()) ctx.advance(next.due_at - ctx.now());
      await Promise.all([runSlice(ctx, downloads, id), runSlice(ctx, downloads, id)]);
    }
    const { job } = await world.work(id);
    expect(job.status).toBe("completed");
    await expectWhole(opened);
    expect(await candleRequests()).toBe(job.results?.pages);
  });
});

describe("two live attempts of one download", () => {
  it("end in the same rows when the older was paused right before its commit", async () => {
    const opened = await open();
    const { world, candleRequests } = opened;
    const { ctx } = world;
    const { id } = await startDownload(ctx, params);
    const batch = ctx.db.batch.bind(ctx.db);
    let resumeOlder = () => {};
    let reached = () => {};
    const paused = new Promise<void>((resolve) => {
      resumeOlder = resolve;
    });
    const atCommit = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let commits = 0;
    const older = {
      ...ctx,
      db: new Proxy(ctx.db, {
        get(target, name) {
          if (name !== "batch") return Reflect.get(target, name);
          return async (statements: Parameters<typeof batch>[0]) => {
            // The claim, the reading of the ledger, then the first page's commit.
            if (++commits === 4) {
              reached();
              await paused;
            }
            return batch(statements);
          };
        },
      }),
    };
    const first = runSlice(older, downloads, id);
    await atCommit;
    ctx.advance(61_000);
    await runSlice(ctx, downloads, id);
    resumeOlder();
    await first;
    const { job } = await world.work(id);
    expect(job.status).toBe("completed");
    await expectWhole(opened);
    expect(await candleRequests()).toBeLessThanOrEqual(Math.ceil((range.to - range.from) / HOUR / 60) + 3);
  });
});
