import { expect, it } from "vitest";
import { startDueSyncs } from "../../../src/domains/warehouse/sync.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { rowsOf } from "./loads.ts";
import { answerOf, openSyncWorld, upload } from "./syncs.ts";

const QUIET_SECONDS = 60;

async function openSales(change: Record<string, unknown> = {}): Promise<JobWorld> {
  const input = { name: "sales", type: "csv", debounce_seconds: QUIET_SECONDS, ...change };
  expect((await answerOf("POST", "/sources", input)).status).toBe(201);
  return openSyncWorld();
}

/** Subjects and ids of the syncs that are under way. */
async function live(): Promise<{ id: string }[]> {
  return (await answerOf("GET", "/../jobs?type=sync&status=pending")).body["jobs"] as { id: string }[];
}

const ids = ({ ctx }: JobWorld) => rowsOf(ctx, "SELECT id FROM raw_sales__sales ORDER BY id");

it("several uploads are one sync, after the quiet time of the last", async () => {
  const world = await openSales();
  const { ctx } = world;
  for (const name of ["a", "b", "c"]) await upload("sales", `${name}.csv`, `id\n${name.charCodeAt(0)}\n`);
  ctx.advance((QUIET_SECONDS - 5) * 1000);
  await startDueSyncs(ctx);
  expect(await live()).toEqual([]);
  ctx.advance(10_000);
  await startDueSyncs(ctx);
  await startDueSyncs(ctx);
  const [job, ...others] = await live();
  expect(others).toEqual([]);
  expect((await world.work(job?.id ?? "")).job).toMatchObject({ status: "completed", results: { rows: 3 } });
  ctx.advance(3_600_000);
  await startDueSyncs(ctx);
  expect(await live()).toEqual([]);
});

it("an upload during a sync is loaded by another one after it", async () => {
  const world = await openSales();
  const { ctx } = world;
  await upload("sales", "a.csv", "id\n1\n", "?trigger_sync=true");
  const [first] = await live();
  await upload("sales", "b.csv", "id\n2\n");
  ctx.messages.push({ queue: "sync", job_id: first?.id ?? "", due_at: 0 });
  await world.work(first?.id ?? "");
  await upload("sales", "c.csv", "id\n3\n");
  ctx.advance(2 * QUIET_SECONDS * 1000);
  await startDueSyncs(ctx);
  const [second] = await live();
  expect((await world.work(second?.id ?? "")).job).toMatchObject({ results: { rows: 1 } });
  expect(await ids(world)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

it("trigger_sync starts at once, and joins a sync that is under way", async () => {
  await openSales();
  expect(await upload("sales", "a.csv", "id\n1\n", "?trigger_sync=true")).toMatchObject({ body: { auto_sync: true } });
  expect(await live()).toHaveLength(1);
  expect(await upload("sales", "b.csv", "id\n2\n", "?trigger_sync=true")).toMatchObject({ status: 200 });
  expect(await live()).toHaveLength(1);
});

it("without auto_sync an upload waits for somebody's sync", async () => {
  const { ctx } = await openSales({ auto_sync: false });
  expect(await upload("sales", "a.csv", "id\n1\n")).toMatchObject({ body: { auto_sync: false } });
  ctx.advance(3_600_000);
  await startDueSyncs(ctx);
  expect(await live()).toEqual([]);
});

it("uploads to a source that is disabled are loaded once it is enabled", async () => {
  const world = await openSales();
  const { ctx } = world;
  await answerOf("PATCH", "/sources/sales", { enabled: false });
  await upload("sales", "a.csv", "id\n1\n");
  ctx.advance(3_600_000);
  await startDueSyncs(ctx);
  expect(await live()).toEqual([]);
  await answerOf("PATCH", "/sources/sales", { enabled: true });
  await startDueSyncs(ctx);
  expect(await live()).toHaveLength(1);
});
