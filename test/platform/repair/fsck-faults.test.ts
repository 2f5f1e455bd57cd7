import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { startJob } from "../../../src/platform/jobs/start.ts";
import { fsckKind, FSCK_SUBJECT } from "../../../src/platform/repair/fsck-kind.ts";
import type { JobRow } from "../../../src/platform/jobs/define.ts";
import type { JobWorld } from "../../support/job-world.ts";
import { breakEverywhere } from "../../domains/market-data/broken-jobs.ts";
import { openStorage, plantObject, stateOf } from "./storage.ts";

const UNNAMED = "stray/unnamed.txt";
const UNRECORDED = ["stray/1.txt", "stray/2.txt"];
const TABLE = "raw_old__orders__v3";

/** The same faults each time. */
async function plantFaults(): Promise<void> {
  await env.DB.exec("DELETE FROM objects");
  await plantObject(UNNAMED);
  for (const key of UNRECORDED) await env.LAKE.put(key, "hello");
  await env.WAREHOUSE.exec(`CREATE TABLE IF NOT EXISTS ${TABLE} (id)`);
  await env.DB.exec("INSERT OR IGNORE INTO coverage VALUES (7, 0, 1)");
}

const start = async ({ ctx }: JobWorld) => {
  await plantFaults();
  return (await startJob(ctx, fsckKind, { repair: true }, { subject: FSCK_SUBJECT })).id;
};

async function expectRepaired({ results }: JobRow): Promise<void> {
  expect(results?.["counts"]).toEqual({
    "object-without-row": { found: 2, repaired: 2 },
    "object-unnamed": { found: 1, repaired: 1 },
    "coverage-without-series": { found: 1, repaired: 1 },
    "table-stray": { found: 1, repaired: 1 },
  });
  expect(results?.["findings"]).toHaveLength(5);
  for (const key of [UNNAMED, ...UNRECORDED]) expect(await stateOf(key)).toBe("orphaned");
  expect(await env.DB.prepare("SELECT * FROM coverage").first()).toBeNull();
  expect(await env.WAREHOUSE.prepare("SELECT name FROM sqlite_master WHERE name = ?").bind(TABLE).first()).toBeNull();
}

it("a check that breaks at any of its operations repairs the same, and reports all of it once", async () => {
  const world = openStorage();
  const operations = await breakEverywhere({ world, start: () => start(world), check: expectRepaired });
  console.log(`fsck: ${operations} operations, broken by a fault or a kill in turn`);
  expect(operations).toBeGreaterThanOrEqual(30);
}, 300_000);

it("a check whose every look is a slice of its own repairs the same", async () => {
  const world = openStorage({ JOB_SLICE_SECONDS: 0 });
  const { job } = await world.work(await start(world));
  expect(job.attempts).toBeGreaterThan(10);
  await expectRepaired(job);
});
