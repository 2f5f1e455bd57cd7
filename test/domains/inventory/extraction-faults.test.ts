import { describe, expect, it } from "vitest";
import { triggerExtraction } from "../../../src/domains/inventory/extraction.ts";
import { extractionRequest } from "../../../src/domains/inventory/extraction-params.ts";
import type { FaultPlan } from "../../support/faults.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { extractions, openAzure, storedArtifacts, storedFiles } from "./extractions.ts";

/** Pages, details and two batches: each kind of operation occurs, and the harness stays quick. */
const params = extractionRequest.parse({ provider: "azure", services: ["storage"], batch_size: 4 });

/** Tasks, here of one call each, that are under way at once and lost together. */
const CALLS_AT_ONCE = 24;

async function open() {
  const { azure, settings } = await openAzure({ page_size: 4 });
  const world = openJobWorld(extractions, settings);
  const extract = async (plan?: FaultPlan) => world.work((await triggerExtraction(world.ctx, params)).job.id, plan);
  /** Calls to the manager; each slice asks for a token besides. */
  const calls = async () => (await azure.requests()).filter((line) => !line.includes("/oauth2/")).length;
  return { azure, world, extract, calls };
}

describe("an extraction that breaks at any of its operations", () => {
  it.each(["fault", "kill"] as const)(
    "by a %s ends in the same artifacts and files, and asks again at most for what was under way",
    async (kind) => {
      const { world, extract, calls } = await open();
      const calm = await extract();
      const expected = await storedArtifacts(world.ctx, calm.job.id);
      expect(expected.length).toBeGreaterThanOrEqual(6);
      const operations = calm.process.count();
      const pages = await calls();
      expect(operations).toBeGreaterThanOrEqual(30);
      console.log(`extraction: ${operations} operations, ${pages} calls, each broken by a ${kind} before and after`);
      let requests = pages;
      for (let at = 1; at <= operations; at++) {
        for (const moment of ["before", "after"] as const) {
          const { job } = await extract({ at, moment, kind });
          expect(job, `${kind} ${moment} operation ${at}`).toMatchObject({ status: "completed", errors: [] });
          expect(await storedArtifacts(world.ctx, job.id), `${kind} ${moment} operation ${at}`).toEqual(expected);
          expect(await storedFiles(world.ctx, job.id)).toHaveLength(expected.length);
          const now = await calls();
          expect(now - requests, `calls after a ${kind} ${moment} operation ${at}`).toBeLessThanOrEqual(
            pages + CALLS_AT_ONCE,
          );
          requests = now;
        }
      }
    },
    300_000,
  );

  it("asks once more for each call that was throttled, failed or cut, and for nothing else", async () => {
    const { azure, world, extract, calls } = await open();
    const calm = await extract();
    const expected = await storedArtifacts(world.ctx, calm.job.id);
    const pages = await calls();
    await azure.change({
      faults: [
        { on: "/storageAccounts?", times: 2, status: 429, headers: { "Retry-After": "17" } },
        { on: "/blobServices/", times: 1, status: 503 },
        { on: "/blobServices/", times: 1, disconnect: true },
        { on: "/storageAccounts?", times: 1, body: "<html>" },
      ],
    });
    const { job } = await extract();
    expect(job).toMatchObject({ status: "completed", errors: [] });
    expect(await storedArtifacts(world.ctx, job.id)).toEqual(expected);
    expect((await calls()) - pages).toBe(pages + 5);
  });
});
