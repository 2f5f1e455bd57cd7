import { expect, it } from "vitest";
import { planDeduplication } from "../../../src/domains/warehouse/deduplication.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { answerOf, openSyncWorld, sync, upload, uploadBytes } from "./syncs.ts";

async function openSales(config: Record<string, unknown> = {}): Promise<JobWorld> {
  expect((await answerOf("POST", "/sources", { name: "sales", type: "csv", config })).status).toBe(201);
  return openSyncWorld();
}

async function warnings(): Promise<string[]> {
  const { body } = await answerOf("GET", "/sources/sales/logs");
  const lines = body as unknown as { level: string; message: string }[];
  return lines.filter(({ level }) => level === "WARNING").map(({ message }) => message);
}

it("says which key and time were inferred, once for each sync that loads", async () => {
  const world = await openSales();
  await upload("sales", "a.csv", "paid_at,customer_id,order_id,updated_at\n2024-01-01,1,2,2024-01-01\n");
  await sync(world, "sales");
  await sync(world, "sales");
  expect(await warnings()).toEqual([
    "Deduplication latest_only: no primary_key is set, so customer_id is taken; no timestamp_column is set, so updated_at is taken",
  ]);
});

it("says that all rows are kept where nothing identifies them, and nothing where all is configured", async () => {
  const world = await openSales({ deduplication_strategy: "scd_type2" });
  await upload("sales", "a.csv", "paid_at,keyboard,valid\n2024-01-01,x,y\n");
  await sync(world, "sales");
  expect(await warnings()).toEqual([
    "Deduplication scd_type2: no primary_key is set and no column looks like one, so all rows are kept",
  ]);
  const configured = { deduplication_strategy: "first_seen", primary_key: "keyboard", timestamp_column: "paid_at" };
  await answerOf("PATCH", "/sources/sales", { config: configured });
  await sync(world, "sales", { full_refresh: true });
  expect(await warnings()).toHaveLength(1);
});

it("finds keys by whole words only, and names of columns as files write them", () => {
  const plan = (names: string[], change = {}) => planDeduplication(names, { strategy: "latest_only", ...change });
  expect(plan(["paid_at", "valid", "monkey", "uuid_of_row"])).toMatchObject({ keeps: "rank", key: ["uuid_of_row"] });
  expect(plan(["customer_id", "key"])).toMatchObject({ key: ["key"] });
  expect(plan(["order_id"], { primary_key: "Order ID" })).toMatchObject({ key: ["order_id"], warning: null });
  expect(plan(["id", "a"], { primary_key: ["id", "b"] })).toMatchObject({
    keeps: "all",
    warning: "latest_only: there is no column b, so all rows are kept",
  });
  expect(plan(["id"], { primary_key: "id", timestamp_column: "at" })).toMatchObject({
    timestamp: null,
    warning: "latest_only: there is no column at, so the order of the files counts",
  });
  expect(plan(["paid_at"], { strategy: "none" })).toMatchObject({ keeps: "all", warning: null });
});

it("a file that is read as Latin-1 is named", async () => {
  const world = await openSales({ deduplication_strategy: "none" });
  await uploadBytes("sales", "a.csv", new Uint8Array([0x61, 0x0a, 0xe9, 0x0a]));
  await sync(world, "sales");
  expect(await warnings()).toEqual(["a.csv is not UTF-8 and was read as Latin-1"]);
});

it("a sync with unusually few or many rows is noticed once there is something to compare with", async () => {
  const world = await openSales({ deduplication_strategy: "none" });
  let file = 0;
  const load = async (rows: number) => {
    await upload("sales", `f${file++}.csv`, `id\n${Array.from({ length: rows }, (_, id) => id).join("\n")}\n`);
    await sync(world, "sales");
  };
  for (const rows of [100, 30, 100]) await load(rows);
  expect(await warnings()).toEqual([]);
  await load(300);
  await load(50);
  expect(await warnings()).toEqual([]);
  await load(301);
  await load(49);
  // One in which nothing has changed is none to compare.
  await sync(world, "sales");
  expect(await warnings()).toEqual([
    "Unusual number of rows: 301, where 100 are usual",
    "Unusual number of rows: 49, where 100 are usual",
  ]);
});
