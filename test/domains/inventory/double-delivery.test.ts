import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { triggerExtraction } from "../../../src/domains/inventory/extraction.ts";
import { extractionRequest } from "../../../src/domains/inventory/extraction-params.ts";
import { consumeMessage } from "../../../src/platform/jobs/consume.ts";
import { testContext } from "../../support/context.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { extractions, openAzure, storedArtifacts, storedFiles } from "./extractions.ts";

const LEASE_MS = 61_000;

const message = (job_id: string) => ({ body: { job_id }, ack: () => {} });

afterEach(() => vi.unstubAllGlobals());

async function open(page_size: number, batch_size: number) {
  const { azure, settings } = await openAzure({ page_size });
  const world = openJobWorld(extractions, settings);
  const params = extractionRequest.parse({ provider: "azure", services: ["storage", "sql"], batch_size });
  const start = async () => (await triggerExtraction(world.ctx, params)).job.id;
  const calm = await start();
  await world.work(calm);
  /** Another isolate that gets the same message. */
  const consume = (job_id: string) => {
    const { now, queues, feeds } = world.ctx;
    const other = Object.assign(testContext({ now, queues, feeds }), { config: world.ctx.config });
    return consumeMessage(other, extractions, "catchment-extraction", message(job_id));
  };
  const verify = async (job_id: string) => {
    expect(await storedArtifacts(world.ctx, job_id)).toEqual(await storedArtifacts(world.ctx, calm));
    expect(await storedFiles(world.ctx, job_id)).toHaveLength((await storedFiles(world.ctx, calm)).length);
  };
  return { azure, world, start, consume, verify };
}

const sizes = { page_size: fc.integer({ min: 1, max: 5 }), batch_size: fc.integer({ min: 1, max: 9 }) };

it("ends in the same artifacts when every message is delivered several times at once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ ...sizes, copies: fc.integer({ min: 2, max: 4 }) }), async (given) => {
      const { world, start, consume, verify } = await open(given.page_size, given.batch_size);
      const id = await start();
      await Promise.all(Array.from({ length: given.copies }, () => consume(id)));
      const { job } = await world.work(id);
      expect(job).toMatchObject({ status: "completed", errors: [] });
      await consume(id);
      await verify(id);
    }),
    { numRuns: 6 },
  );
}, 120_000);

it("ends in the same artifacts when another attempt takes over while one still works", async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ ...sizes, at: fc.integer({ min: 1, max: 12 }) }), async (given) => {
      const { world, start, consume, verify } = await open(given.page_size, given.batch_size);
      const id = await start();
      const { fetch } = globalThis;
      let calls = 0;
      let taken = false;
      vi.stubGlobal("fetch", async (...call: Parameters<typeof fetch>) => {
        calls += 1;
        if (calls === given.at) {
          // The lease runs out while the answer is under way.
          world.ctx.advance(LEASE_MS);
          await consume(id);
          taken = true;
        }
        return fetch(...call);
      });
      const { job } = await world.work(id);
      vi.unstubAllGlobals();
      expect(job).toMatchObject({ status: "completed", errors: [] });
      if (calls >= given.at) expect(taken).toBe(true);
      await verify(id);
    }),
    { numRuns: 8 },
  );
}, 120_000);
