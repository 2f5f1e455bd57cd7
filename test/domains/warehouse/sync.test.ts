import { expect, it } from "vitest";
import { storeSecret } from "../../../src/domains/warehouse/secrets.ts";
import { startDueSyncs } from "../../../src/domains/warehouse/sync.ts";
import { updateSource } from "../../../src/domains/warehouse/source.store.ts";
import { retryJob } from "../../../src/platform/jobs/control.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { openStripeWorld } from "../../support/rest-server/client.ts";
import type { RestWorldOptions } from "../../support/rest-server/world.ts";
import { rowsOf, storedNames } from "./loads.ts";
import { answerOf, openSyncWorld, sync, syncEvents, workOn } from "./syncs.ts";

const KEY_ENV = "STRIPE_API_KEY";

/** A source `shop` over a Stripe of its own. */
async function openShop(options: RestWorldOptions = {}, endpoints = ["customers"]) {
  const stripe = await openStripeWorld(options);
  const world: JobWorld = openSyncWorld();
  await storeSecret(world.ctx, KEY_ENV, stripe.key);
  const config = { api_url: stripe.url, endpoints };
  expect((await answerOf("POST", "/sources", { name: "shop", type: "stripe", config })).status).toBe(201);
  return { stripe, world };
}

const countCustomers = ({ ctx }: JobWorld) =>
  rowsOf(ctx, "SELECT count(*) AS customers, count(DISTINCT id) AS ids FROM raw_shop__customers");

it.each([
  [{ start_date: "2024-13-01" }, 400, "start_date"],
  [{ start_date: "yesterday" }, 400, "start_date"],
  [{ end_date: 5 }, 400, "end_date"],
  [{ start_date: "2024-02-01", end_date: "2024-01-01" }, 400, "start_date must not be after end_date"],
  [{ full_refresh: "yes" }, 400, "full_refresh"],
])("refuses a sync with %j", async (body, status, text) => {
  await openShop();
  const answer = await answerOf("POST", "/sources/shop/sync", body);
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).toContain(text);
});

it("answers 404 to a sync of a source that there is not", async () => {
  expect(await answerOf("POST", "/sources/nobody/sync", {})).toMatchObject({
    status: 404,
    body: { detail: "Source 'nobody' not found" },
  });
});

it("refuses a sync of a disabled source", async () => {
  await openShop();
  await answerOf("PATCH", "/sources/shop", { enabled: false });
  expect(await answerOf("POST", "/sources/shop/sync", {})).toMatchObject({
    status: 400,
    body: { detail: "Source 'shop' is disabled" },
  });
});

it("answers 409 while a sync is under way, and shows the source as syncing", async () => {
  await openShop();
  expect(await answerOf("POST", "/sources/shop/sync", {})).toMatchObject({
    status: 200,
    body: { success: true, message: "Sync started for shop", source_name: "shop" },
  });
  expect(await answerOf("POST", "/sources/shop/sync", {})).toMatchObject({
    status: 409,
    body: { detail: "Sync already in progress for shop" },
  });
  expect((await answerOf("GET", "/sources/shop/details")).body).toMatchObject({ status: "syncing" });
});

it("loads every page of every stream, and says so in the history, the log and two events", async () => {
  const { world } = await openShop({ count: 250 }, ["customers", "charges"]);
  expect(await sync(world, "shop")).toMatchObject({
    status: "completed",
    results: { source: "shop", rows: 500 },
    errors: [],
  });
  expect(await countCustomers(world)).toEqual([{ customers: 250, ids: 250 }]);
  const { body } = await answerOf("GET", "/sources/shop/details");
  expect(body).toMatchObject({
    status: "synced",
    history: [{ status: "success", rows_processed: 500, full_refresh: false, error_message: null }],
  });
  expect(body["tables"]).toContainEqual({ name: "customers", row_count: 250, schema: "raw_shop" });
  const { body: lines } = await answerOf("GET", "/sources/shop/logs");
  expect(lines).toMatchObject([
    { level: "INFO", message: "Source shop created" },
    { level: "INFO", message: "Starting sync for shop" },
    { level: "SUCCESS", message: "Sync completed: 500 rows" },
  ]);
  expect(syncEvents(world.ctx)).toEqual([
    ["sync_started", { source: "shop", message: "Sync started for shop" }],
    ["sync_completed", { source: "shop", rows: 500, message: "Sync completed: 500 rows", error: null }],
  ]);
});

it("a second sync merges what it finds, a full refresh leaves nothing that is gone", async () => {
  const { stripe, world } = await openShop({ count: 120 });
  await sync(world, "shop");
  await stripe.change({ count: 130 });
  expect(await sync(world, "shop")).toMatchObject({ results: { rows: 130 } });
  expect(await countCustomers(world)).toEqual([{ customers: 130, ids: 130 }]);
  await stripe.change({ count: 20 });
  await sync(world, "shop");
  expect(await countCustomers(world)).toEqual([{ customers: 130, ids: 130 }]);
  await sync(world, "shop", { full_refresh: true });
  expect(await countCustomers(world)).toEqual([{ customers: 20, ids: 20 }]);
});

it("an empty answer to a full refresh fails and leaves the rows", async () => {
  const { stripe, world } = await openShop({ count: 20 });
  await sync(world, "shop");
  await stripe.change({ count: 0 });
  expect(await sync(world, "shop", { full_refresh: true })).toMatchObject({ status: "failed" });
  expect(await countCustomers(world)).toEqual([{ customers: 20, ids: 20 }]);
  expect((await answerOf("GET", "/sources/shop/details")).body).toMatchObject({ status: "failed" });
});

it("dates reach the source, and days that are chosen do not replace the others", async () => {
  const { stripe, world } = await openShop({ count: 30 });
  await sync(world, "shop", { start_date: "2023-11-15", end_date: null });
  expect((await stripe.requests()).join("\n")).toContain("created[gte]=1700006400");
  expect(await countCustomers(world)).toEqual([{ customers: 29, ids: 29 }]);
});

it("refused credentials fail the sync once, and trying the job again heals it", async () => {
  const { stripe, world } = await openShop({ count: 20 });
  await storeSecret(world.ctx, KEY_ENV, "sk_test_wrong");
  const job = await sync(world, "shop");
  expect(job.status).toBe("failed");
  expect(job.errors).toEqual([expect.stringMatching(/^customers: .*\(401\)/)]);
  expect(JSON.stringify(job)).not.toContain("sk_test_wrong");
  expect((await answerOf("GET", "/sources/shop/details")).body).toMatchObject({
    status: "failed",
    history: [{ status: "failed", rows_processed: 0 }],
  });
  await storeSecret(world.ctx, KEY_ENV, stripe.key);
  world.ctx.messages.length = 0;
  await retryJob(world.ctx, job.id);
  expect((await world.work(job.id)).job).toMatchObject({ status: "completed", results: { rows: 20 } });
  expect(syncEvents(world.ctx).map(([type]) => type)).toEqual([
    "sync_started",
    "sync_failed",
    "sync_started",
    "sync_completed",
  ]);
  expect((await answerOf("GET", "/sources/shop/details")).body["history"]).toHaveLength(2);
});

it("a stream that fails does not keep the others from being loaded", async () => {
  const { world } = await openShop({ count: 10, faults: [{ on: "charges", status: 400 }] }, ["charges", "customers"]);
  const job = await sync(world, "shop");
  expect(job).toMatchObject({ status: "completed", results: { rows: 10 } });
  expect(job.errors).toEqual([expect.stringMatching(/^charges: /)]);
  expect(await countCustomers(world)).toEqual([{ customers: 10, ids: 10 }]);
  expect((await answerOf("GET", "/sources/shop/details")).body).toMatchObject({ history: [{ status: "failed" }] });
});

it.each(["http://10.0.0.1:9000", "https://vault.internal", "http://[::1]"])(
  "a source at the private address %s is not asked",
  async (api_url) => {
    const world = openSyncWorld();
    await storeSecret(world.ctx, KEY_ENV, "sk_test");
    const config = { api_url, endpoints: ["customers"] };
    expect((await answerOf("POST", "/sources", { name: "shop", type: "stripe", config })).status).toBe(201);
    const refusal = "url: names a private address; ALLOW_PRIVATE_HOSTS can permit it";
    expect((await answerOf("POST", "/sources/shop/check")).body).toMatchObject({ success: false, message: refusal });
    expect(await sync(world, "shop")).toMatchObject({ status: "failed", errors: [`customers: ${refusal}`] });
  },
);

it("a source that stays away is tried again, and in the end the history says so", async () => {
  const { world } = await openShop({ count: 10, faults: [{ on: "customers", status: 500 }] });
  expect(await sync(world, "shop")).toMatchObject({ status: "failed" });
  expect((await answerOf("GET", "/sources/shop/details")).body["history"]).toHaveLength(1);
  const logs = await answerOf("GET", "/sources/shop/logs?limit=1");
  expect(logs.body).toMatchObject([{ level: "ERROR", message: expect.stringMatching(/^Sync failed: customers: /) }]);
});

it("a sync that is due starts once, and no other follows", async () => {
  const { world } = await openShop({ count: 10 });
  const { ctx } = world;
  await updateSource(ctx.db, "shop", { sync_due_at: ctx.now() + 1000 });
  await startDueSyncs(ctx);
  expect(ctx.messages).toEqual([]);
  ctx.advance(2000);
  await startDueSyncs(ctx);
  await startDueSyncs(ctx);
  expect(ctx.messages).toHaveLength(1);
  const job_id = ctx.messages.splice(0)[0]?.job_id ?? "";
  expect(await workOn(world, job_id)).toMatchObject({ status: "completed" });
  await startDueSyncs(ctx);
  expect(ctx.messages).toEqual([]);
});

it("a deleted source takes its tables along when asked to", async () => {
  const { world } = await openShop({ count: 10 });
  await sync(world, "shop");
  expect((await answerOf("DELETE", "/sources/shop")).status).toBe(200);
  expect(await countCustomers(world)).toEqual([{ customers: 10, ids: 10 }]);
  expect((await answerOf("DELETE", "/sources/shop?drop_tables=true")).status).toBe(404);
  await answerOf("POST", "/sources", { name: "shop", type: "stripe", config: {} });
  expect((await answerOf("DELETE", "/sources/shop?drop_tables=true")).status).toBe(200);
  expect(await storedNames(world.ctx)).toEqual([]);
});
