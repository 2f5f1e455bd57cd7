import { afterEach, expect, it, vi } from "vitest";
import { commitInOrder } from "../../../src/domains/inventory/commit-in-order.ts";
import type { ExtractionCursor, ExtractionRun } from "../../../src/domains/inventory/extraction-run.ts";
import { extractionRequest } from "../../../src/domains/inventory/extraction-params.ts";
import { triggerExtraction } from "../../../src/domains/inventory/extraction.ts";
import { listShards } from "../../../src/domains/inventory/shard.store.ts";
import { testContext } from "../../support/context.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { extractions, openAzure, storedFiles } from "./extractions.ts";

const LONGEST_WAIT = { timeout: 20_000 };

afterEach(() => vi.unstubAllGlobals());

/** Holds every request of a part of the URLs back until `ready` passes. */
function holdBack(part: string, ready: () => Promise<void>) {
  const { fetch } = globalThis;
  const held = { requests: 0 };
  vi.stubGlobal("fetch", async (...call: Parameters<typeof fetch>) => {
    if (new Request(...call).url.includes(part)) {
      held.requests += 1;
      await vi.waitFor(ready, LONGEST_WAIT);
    }
    return fetch(...call);
  });
  return held;
}

async function openExtraction() {
  const { settings } = await openAzure({ page_size: 1 });
  const world = openJobWorld(extractions, settings);
  const params = extractionRequest.parse({ provider: "azure", services: ["storage", "sql"], batch_size: 1 });
  const { job } = await triggerExtraction(world.ctx, params);
  return { world, id: job.id };
}

it("a shard that waits for its cloud holds up neither the other shards nor what hands their artifacts on", async () => {
  const { world, id } = await openExtraction();
  const held = holdBack("/storageAccounts?", async () => {
    const states = new Map((await listShards(world.ctx.db, id)).map(({ service, state }) => [service, state]));
    expect(states.get("sql")).toBe("completed");
    expect((await storedFiles(world.ctx, id)).length).toBeGreaterThan(0);
  });
  const { job } = await world.work(id);
  expect(held.requests).toBeGreaterThan(0);
  expect(job).toMatchObject({ status: "completed", errors: [] });
}, 60_000);

it("what goes on side by side is committed in order, each with the cursor of the last that was committed", async () => {
  const written: ExtractionCursor[] = [];
  const first = Promise.withResolvers<void>();
  const outcomes = [
    () => first.promise,
    () => Promise.reject(new Error("D1 was away")),
    async () => {},
    async () => {},
  ];
  // Only what a commit asks of a job.
  const job = {
    id: "job_1",
    row: { progress: {} },
    async commit(_: unknown, { cursor }: { cursor: ExtractionCursor }) {
      written.push({ ...cursor });
      await outcomes[written.length - 1]?.();
    },
  } as unknown as ExtractionRun;
  const ctx = testContext();
  const cursor: ExtractionCursor = { transport_faults: 0, transport_rests_until: 0, transport_errors: [] };
  const commit = (transport_faults?: number) =>
    commitInOrder(ctx, job, cursor, {
      statements: [],
      current: null,
      ...(transport_faults === undefined ? {} : { cursor: { transport_faults } }),
    });

  const commits = Promise.allSettled([commit(), commit(7), commit(1), commit()]);
  await vi.waitFor(() => expect(written).toHaveLength(1));
  first.resolve();

  const [, failed, ...others] = await commits;
  expect(failed).toMatchObject({ status: "rejected", reason: { message: "D1 was away" } });
  expect(others.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  expect(written.map(({ transport_faults }) => transport_faults)).toEqual([0, 7, 1, 1]);
});
