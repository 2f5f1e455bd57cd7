import { describe, expect, it } from "vitest";
import { triggerExtraction } from "../../../src/domains/inventory/extraction.ts";
import { getExtraction } from "../../../src/domains/inventory/extraction.ts";
import { extractionRequest } from "../../../src/domains/inventory/extraction-params.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { extractions, openAzure, storedArtifacts } from "./extractions.ts";

const everything = extractionRequest.parse({});

describe("an extraction", () => {
  it("finds every resource of a subscription, and hands each on as a file", async () => {
    const { azure, settings } = await openAzure();
    const world = openJobWorld(extractions, settings);
    const { job: started } = await triggerExtraction(world.ctx, everything);
    const { job } = await world.work(started.id);
    console.log(job.errors, job.results, (await azure.requests()).length);
    expect(job).toMatchObject({ status: "completed" });
    const stored = await storedArtifacts(world.ctx, job.id);
    console.log(stored.length, stored[0]);
    console.log(JSON.stringify(await getExtraction(world.ctx, job.id), null, 1));
  });
});
