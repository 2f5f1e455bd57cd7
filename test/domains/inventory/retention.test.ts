import { describe, expect, it } from "vitest";
import { triggerExtraction } from "../../../src/domains/inventory/extraction.ts";
import { extractionRequest } from "../../../src/domains/inventory/extraction-params.ts";
import { readArtifacts, readResources } from "../../../src/domains/inventory/reading.ts";
import { purgeArtifacts } from "../../../src/domains/inventory/retention.ts";
import { artifactDocuments, shards } from "../../../src/domains/inventory/tables.ts";
import { openJobWorld } from "../../support/job-world.ts";
import { extractions, openAzure, storedFiles } from "./extractions.ts";

const DAY_MS = 86_400_000;
const params = extractionRequest.parse({ provider: "azure", services: ["keyvault"] });

async function extractTwice() {
  const { azure, settings } = await openAzure({ page_size: 100 });
  const { ctx, work } = openJobWorld(extractions, { ...settings, ARTIFACT_RETENTION_DAYS: 30 });
  const extract = async () => (await work((await triggerExtraction(ctx, params)).job.id)).job;
  const older = await extract();
  ctx.advance(DAY_MS);
  const newer = await extract();
  return { azure, ctx, extract, older, newer };
}

const page = { limit: 100 };

describe("artifacts past their retention", () => {
  it("go with their files, but for those of the last complete extraction and the latest state", async () => {
    const { ctx, older, newer } = await extractTwice();
    const before = await readResources(ctx, {}, page);
    expect(before.total).toBeGreaterThan(0);
    ctx.advance(40 * DAY_MS);
    await purgeArtifacts(ctx);
    expect(await readArtifacts(ctx, older.id, {}, page)).toEqual({ artifacts: [], total: 0, next_cursor: null });
    expect(await storedFiles(ctx, older.id)).toEqual([]);
    expect((await readArtifacts(ctx, newer.id, {}, page)).total).toBe(before.total);
    expect(await storedFiles(ctx, newer.id)).toHaveLength(before.total);
    expect(await readResources(ctx, {}, page)).toEqual(before);
    expect(new Set((await ctx.db.select().from(shards)).map(({ job_id }) => job_id))).toEqual(new Set([newer.id]));
  });

  it("stay until then", async () => {
    const { ctx, older } = await extractTwice();
    ctx.advance(28 * DAY_MS);
    await purgeArtifacts(ctx);
    expect((await readArtifacts(ctx, older.id, {}, page)).total).toBeGreaterThan(0);
  });

  it("take along what no other extraction and no resource has", async () => {
    const { ctx, azure, extract } = await extractTwice();
    const documents = async () => (await ctx.db.select().from(artifactDocuments)).length;
    const unchanged = await documents();
    await azure.change({ answers: { "/providers/Microsoft.KeyVault/vaults": { value: [] } } });
    await extract();
    expect(await documents()).toBe(unchanged);
    ctx.advance(40 * DAY_MS);
    await purgeArtifacts(ctx);
    expect(await documents()).toBe(0);
  });
});
