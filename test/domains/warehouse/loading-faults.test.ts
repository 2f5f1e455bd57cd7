import { expect, it } from "vitest";
import type { Context } from "../../../src/context.ts";
import { commitLoad } from "../../../src/domains/warehouse/loading/commit-load.ts";
import { finishLoad } from "../../../src/domains/warehouse/loading/finish-load.ts";
import { openLoad } from "../../../src/domains/warehouse/loading/load.ts";
import { loadRows } from "../../../src/domains/warehouse/loading/load-rows.ts";
import { listTables } from "../../../src/domains/warehouse/loading/table-list.ts";
import { guardFence, raiseWarehouseFence } from "../../../src/platform/jobs/fence.store.ts";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { testContext } from "../../support/context.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { breakEverywhere } from "../market-data/broken-jobs.ts";
import { load, refreshJob, type Row, rowsOf, storedNames, target } from "./loads.ts";

const ROWS = 6;
const ITEMS = 2;

/** Three pages of rows with lists, of which every value says which version it is. */
function pagesOf(version: number): Row[][] {
  const rows = Array.from({ length: ROWS }, (_, id) => ({
    id,
    version,
    // Some versions have a column of another type, so that a table is converted while it is built.
    note: version % 2 === 0 && id < 4 ? id : `n${id}`,
    items: Array.from({ length: ITEMS }, () => ({ version })),
  }));
  return [rows.slice(0, 2), rows.slice(2, 4), rows.slice(4)];
}

/** What a reader sees in one query: how many rows and elements, and of which versions. */
async function look(ctx: Context): Promise<Row | undefined> {
  const [seen] = await rowsOf(
    ctx,
    `SELECT count(DISTINCT o.id) AS orders, count(*) AS items, min(o.version) AS oldest, max(o.version) AS newest,
     sum(o.version <> i.version) AS mixed
     FROM raw_shop__orders o JOIN raw_shop__orders__items i ON i._catchment_parent_id = o._catchment_id`,
  );
  return seen;
}

const whole = (version: number) => ({
  orders: ROWS,
  items: ROWS * ITEMS,
  oldest: version,
  newest: version,
  mixed: 0,
});

/** Without a moment of it the runtime fires no timer, which jobs wait for. */
const aRest = () => scheduler.wait(1);

/** Reads again and again until it is stopped; answers which versions were seen, in order. */
function readAlong(ctx: Context, rest = async () => {}): { stop(): Promise<number[]> } {
  const state = { stopped: false };
  const versions: number[] = [];
  const reading = (async () => {
    while (!state.stopped) {
      const seen = await look(ctx);
      expect(seen).toEqual(whole(Number(seen?.newest)));
      if (versions.at(-1) !== Number(seen?.newest)) versions.push(Number(seen?.newest));
      await rest();
    }
  })();
  return {
    async stop() {
      state.stopped = true;
      await reading;
      return versions;
    },
  };
}

it("a full refresh that breaks at any of its operations shows the whole old rows until it shows the whole new ones", async () => {
  const definitions = new Map([[refreshJob.type, refreshJob]]);
  const world = openJobWorld(definitions, {});
  let version = 0;
  await load(world.ctx, target({ disposition: "replace", key: ["id"], load: "first" }), pagesOf(version));
  let reader = readAlong(world.ctx, aRest);
  const operations = await breakEverywhere({
    world,
    async start() {
      await reader.stop();
      version += 1;
      reader = readAlong(world.ctx, aRest);
      const params = { load: `load_${version}`, pages: pagesOf(version) };
      return (await startJob(world.ctx, refreshJob, params, { subject: "source:shop" })).id;
    },
    async check() {
      const seen = await reader.stop();
      expect([version - 1, version]).toEqual(expect.arrayContaining(seen));
      expect(await look(world.ctx)).toEqual(whole(version));
      const tables = await listTables(world.ctx);
      expect(tables.map(({ name, row_count }) => [name, row_count])).toEqual([
        ["orders", ROWS],
        ["orders__items", ROWS * ITEMS],
      ]);
      expect(await storedNames(world.ctx)).toHaveLength(4);
    },
  });
  console.log(`full refresh: ${operations} operations, each broken`);
  expect(operations).toBeGreaterThanOrEqual(20);
}, 300_000);

it("readers see whole versions only, in order, while forty refreshes swap", async () => {
  const ctx = testContext();
  await load(ctx, target({ disposition: "replace", key: ["id"], load: "load_0" }), pagesOf(0));
  const readers = [readAlong(ctx), readAlong(ctx)];
  for (let version = 1; version <= 40; version++) {
    await load(ctx, target({ disposition: "replace", key: ["id"], load: `load_${version}` }), pagesOf(version));
  }
  for (const reader of readers) {
    const seen = await reader.stop();
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(1);
  }
  expect(await look(ctx)).toEqual(whole(40));
}, 120_000);

it("an attempt that lost its job writes nothing", async () => {
  const ctx = testContext();
  await load(ctx, target({ disposition: "replace", key: ["id"], load: "first" }), pagesOf(0));
  await raiseWarehouseFence(ctx.warehouse, "source:shop", 2);
  const job = { id: "job_1", warehouseGuard: () => guardFence(ctx.warehouse, "_catchment_fence", "source:shop", 1) };
  const open = await openLoad(ctx, target({ disposition: "replace", key: ["id"], load: "second" }));
  const batch = await loadRows(ctx, open, { rows: pagesOf(1).flat(), position: 1 });
  await expect(commitLoad(ctx, job, batch.statements)).rejects.toThrow("Job job_1 is no longer held by this attempt");
  expect(await look(ctx)).toEqual(whole(0));
  expect(await storedNames(ctx)).toHaveLength(4);
  const next = { ...job, warehouseGuard: () => guardFence(ctx.warehouse, "_catchment_fence", "source:shop", 2) };
  await commitLoad(ctx, next, batch.statements);
  await commitLoad(ctx, next, finishLoad(ctx, batch.load).statements);
  expect(await look(ctx)).toEqual(whole(1));
});
