import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { expect, it } from "vitest";
import { PART_BYTES } from "../../../src/domains/instruments/destination.ts";
import { fileTransfers } from "../../../src/domains/instruments/tables.ts";
import { sweepObjects } from "../../../src/platform/storage/sweep.ts";
import { breakEverywhere } from "../market-data/broken-jobs.ts";
import { type Harvesting, openHarvesting, WRITTEN_AT } from "./harvests.ts";

const DAY_MS = 24 * 3600 * 1000;

/** Every try that was begun has ended well, and once the sweeper was there the lake has what they name and nothing else. */
async function expectNothingLeftOver({ world: { ctx } }: Harvesting, tries: number): Promise<void> {
  ctx.advance(DAY_MS + 1);
  while ((await sweepObjects(ctx)).rows > 0);
  const rows = await drizzle(env.DB).select().from(fileTransfers);
  expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: tries }, () => "completed"));
  const { objects } = await env.LAKE.list({ prefix: "instruments/" });
  expect(objects.map(({ key }) => key).sort()).toEqual([...new Set(rows.map(({ object_key }) => object_key))].sort());
}

it("a harvest that breaks at any of its operations brings each file once, with its metadata and grants", async () => {
  const paths = ["anna/a.csv", "anna/b.csv", "anna/empty.csv"];
  const filesOf = (run: number) =>
    Object.fromEntries(
      paths.map((path) => {
        const text = path.includes("empty") ? "" : `${path} of run ${run}`;
        return [path, { text, modified_at: WRITTEN_AT + run * 1000 }];
      }),
    );
  const harvesting = await openHarvesting({ files: filesOf(0) });
  const { admin, server, world, start, files, transfers } = harvesting;
  const { id: group } = await admin.create("/api/groups", { name: "anna" });
  const hook = { trigger: "post_transfer", implementation: "builtin" };
  await admin.create("/api/hooks", {
    ...{ ...hook, name: "Names", builtin_name: "metadata_enrichment" },
    config: { rules: [{ pattern: "^(?P<owner>[^/]+)/" }] },
  });
  await admin.create("/api/hooks", {
    ...{ ...hook, name: "Access", builtin_name: "access_assignment", priority: 1 },
    config: { grants: [{ grantee_type: "group", match_field: "owner" }] },
  });
  let runs = 0;
  const operations = await breakEverywhere({
    world,
    async start() {
      runs += 1;
      await server.change({ files: filesOf(runs) });
      return start();
    },
    async check(job) {
      expect(job.results).toMatchObject({ total_discovered: 3, transferred: 3, skipped: 0, failed: 0, waiting: 0 });
      const { hashes } = await server.report();
      const found = await files();
      expect(Object.fromEntries(paths.map((path) => [path, found[path].xxhash]))).toEqual(hashes);
      expect(found["anna/a.csv"]).toMatchObject({ metadata_: { owner: "anna" } });
      const [newest] = (await transfers())["anna/a.csv"] ?? [];
      expect(newest).toMatchObject({ status: "completed", checksum_verified: true, hook_problems: [] });
      const grants = await admin.get(`/api/files/${found["anna/b.csv"].id}/access`);
      expect(grants).toMatchObject([{ grantee_type: "group", grantee_id: group }]);
    },
  });
  await expectNothingLeftOver(harvesting, runs * paths.length);
  console.log(`harvest: ${operations} operations, each broken`);
  expect(operations).toBeGreaterThanOrEqual(20);
}, 180_000);

it("a harvest in parts that breaks at any of its operations sends no part twice but the one that was lost", async () => {
  const large = (run: number) => ({ "large.bin": { size: 2 * PART_BYTES + 1, modified_at: WRITTEN_AT + run * 1000 } });
  const harvesting = await openHarvesting({ files: large(0) });
  const { server, world, start, files } = harvesting;
  let runs = 0;
  const operations = await breakEverywhere({
    world,
    async start() {
      runs += 1;
      await server.change({ files: large(runs) });
      return start();
    },
    async check(job, { operations: done, process }) {
      expect(job.results).toMatchObject({ transferred: 1, failed: 0, waiting: 0 });
      expect((await files())["large.bin"].xxhash).toBe((await server.report()).hashes["large.bin"]);
      const sent = done.filter((operation) => operation === "r2.uploadPart").length;
      expect(sent).toBeLessThanOrEqual(3 + (process.struck() ? 1 : 0));
    },
  });
  await expectNothingLeftOver(harvesting, runs);
  console.log(`harvest in parts: ${operations} operations, each broken`);
  expect(operations).toBeGreaterThanOrEqual(20);
}, 300_000);
