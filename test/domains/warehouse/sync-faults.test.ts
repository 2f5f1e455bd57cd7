import { expect, it } from "vitest";
import { storeSecret } from "../../../src/domains/warehouse/secrets.ts";
import { syncSubject } from "../../../src/domains/warehouse/sources.ts";
import { syncJob } from "../../../src/domains/warehouse/sync.job.ts";
import { startSync } from "../../../src/domains/warehouse/sync.ts";
import { startOrJoinJob } from "../../../src/platform/jobs/start.ts";
import { deliverAll, testContext } from "../../support/context.ts";
import { openStripeWorld } from "../../support/rest-server/client.ts";
import { breakEverywhere } from "../market-data/broken-jobs.ts";
import { rowsOf } from "./loads.ts";
import { answerOf, openSyncWorld, syncEvents, syncs, upload } from "./syncs.ts";

/** Every run of a job has started and ended exactly once, in history and events. */
async function expectOneEnd(source: string, runs: number, events: unknown[][]): Promise<void> {
  const { body } = await answerOf("GET", `/sources/${source}/details`);
  expect((body["history"] as unknown[]).length).toBe(Math.min(runs, 20));
  expect(events.map(([type]) => type)).toEqual(["sync_started", "sync_completed"]);
}

it("a sync that breaks at any of its operations loads all pages and ends once", async () => {
  const stripe = await openStripeWorld({ count: 150 });
  const world = openSyncWorld();
  const { ctx } = world;
  await storeSecret(ctx, "STRIPE_API_KEY", stripe.key);
  await answerOf("POST", "/sources", {
    name: "shop",
    type: "stripe",
    // The models that follow are another job.
    auto_dbt: false,
    config: { api_url: stripe.url, endpoints: ["customers"] },
  });
  let runs = 0;
  const operations = await breakEverywhere({
    world,
    async start() {
      runs += 1;
      ctx.published.length = 0;
      return (await startSync(ctx, "shop", { full_refresh: true })).job_id;
    },
    async check(job) {
      expect(job.results).toEqual({ source: "shop", rows: 150 });
      expect(await rowsOf(ctx, "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM raw_shop__customers")).toEqual([
        { n: 150, ids: 150 },
      ]);
      await expectOneEnd("shop", runs, syncEvents(ctx));
    },
  });
  console.log(`sync: ${operations} operations, each broken`);
  expect(operations).toBeGreaterThanOrEqual(15);
}, 120_000);

it("a sync of files that breaks at any of its operations has every row once", async () => {
  const world = openSyncWorld();
  const { ctx } = world;
  await answerOf("POST", "/sources", {
    name: "sales",
    type: "csv",
    config: { directory: "data/uploads/sales" },
    auto_dbt: false,
  });
  await upload("sales", "a.csv", "id,amount\n1,10\n2\n");
  await upload("sales", "bad.csv", "");
  await upload("sales", "c.csv", "amount,id\n30,3\n40,4\n");
  await answerOf("DELETE", "/sources/sales/csv-files?file_path=/data/uploads/sales/bad.csv");
  const [live] = (await answerOf("GET", "/../jobs?type=sync")).body["jobs"] as { id: string }[];
  let runs = 0;
  const operations = await breakEverywhere({
    world,
    async start() {
      runs += 1;
      ctx.published.length = 0;
      return runs === 1 && live ? live.id : (await startSync(ctx, "sales", { full_refresh: true })).job_id;
    },
    async check(job) {
      expect(job.results).toEqual({ source: "sales", rows: 3 });
      expect(await rowsOf(ctx, "SELECT id, amount FROM raw_sales__sales ORDER BY id")).toEqual([
        { id: 1, amount: 10 },
        { id: 3, amount: 30 },
        { id: 4, amount: 40 },
      ]);
      const { body } = await answerOf("GET", "/sources/sales/csv-files");
      expect(body["files"]).toMatchObject([
        { filename: "a.csv", rows_loaded: 1, rows_rejected: 1 },
        { filename: "bad.csv", status: "deleted" },
        { filename: "c.csv", rows_loaded: 2, rows_rejected: 0 },
      ]);
      await expectOneEnd("sales", runs, syncEvents(ctx));
    },
  });
  console.log(`sync of files: ${operations} operations, each broken`);
  expect(operations).toBeGreaterThanOrEqual(15);
}, 120_000);

it("a sync of a disabled source that breaks at any of its operations does nothing, and says so once", async () => {
  const world = openSyncWorld();
  const { ctx } = world;
  await answerOf("POST", "/sources", { name: "sales", type: "csv", enabled: false });
  let runs = 0;
  const operations = await breakEverywhere({
    world,
    async start() {
      runs += 1;
      ctx.published.length = 0;
      const params = { source: "sales", full_refresh: true, start_date: null, end_date: null };
      return (await startOrJoinJob(ctx, syncJob, params, { subject: syncSubject("sales") })).job.id;
    },
    async check(job) {
      expect(job.results).toEqual({ source: "sales", rows: 0 });
      expect(syncEvents(ctx)).toEqual([]);
      const { body } = await answerOf("GET", "/sources/sales/logs?limit=100");
      const lines = body as unknown as { message: string }[];
      const skipped = lines.filter(({ message }) => message === "Sync skipped: the source is disabled");
      expect([lines.length, skipped.length]).toEqual([runs + 1, runs]);
    },
  });
  expect(operations).toBeGreaterThanOrEqual(3);
}, 120_000);

it("models follow a sync once its end was announced", async () => {
  const base = testContext();
  const jobsOf = async (type: string) => (await answerOf("GET", `/../jobs?type=${type}`)).body["jobs"];
  let before: unknown = null;
  const ctx = testContext({
    feeds: {
      ...base.feeds,
      async publish(_topic, event) {
        if (event.type === "sync_completed") before = await jobsOf("dbt");
      },
    },
  });
  await answerOf("POST", "/sources", { name: "sales", type: "csv", auto_dbt: true });
  await upload("sales", "a.csv", "id\n1\n");
  await startSync(ctx, "sales", {});
  await deliverAll(ctx, syncs);
  expect(before).toEqual([]);
  expect(await jobsOf("dbt")).toHaveLength(1);
});
