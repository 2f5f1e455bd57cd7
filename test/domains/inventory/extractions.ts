import { and, asc, eq } from "drizzle-orm";
import type { Context } from "../../../src/context.ts";
import { extractionJob } from "../../../src/domains/inventory/extraction.job.ts";
import { artifactDocuments, artifacts } from "../../../src/domains/inventory/tables.ts";
import type { JobDefinitions } from "../../../src/platform/jobs/define.ts";
import { objects } from "../../../src/platform/storage/tables.ts";
import { openWorld, type TestWorld } from "../../support/azure-server/client.ts";
import type { WorldOptions } from "../../support/azure-server/world.ts";

export const extractions: JobDefinitions = new Map([[extractionJob.type, extractionJob]]);

/** Settings under which Azure is asked, and nothing else. */
export const azureSettings = (world: TestWorld) => ({
  ENABLED_PROVIDERS: ["azure" as const],
  AZURE_TENANT_ID: world.credentials.tenant_id,
  AZURE_CLIENT_ID: world.credentials.client_id,
  AZURE_CLIENT_SECRET: world.credentials.client_secret,
  AZURE_SUBSCRIPTION_IDS: [world.account],
  AZURE_ENDPOINT_URL: world.io.endpoints.AZURE_ENDPOINT_URL,
  AZURE_AUTHORITY_URL: world.io.endpoints.AZURE_AUTHORITY_URL,
});

/** The same as the vars of a Worker. */
export const azureVars = (world: TestWorld) =>
  Object.fromEntries(Object.entries(azureSettings(world)).map(([key, value]) => [key, String(value)]));

export async function openAzure(options: WorldOptions = {}) {
  const azure = await openWorld(options);
  return { azure, settings: azureSettings(azure) };
}

/** The artifacts of a job as they are stored, by type and id. */
export async function storedArtifacts(ctx: Pick<Context, "db">, job_id: string): Promise<string[]> {
  const rows = await ctx.db
    .select({ document: artifactDocuments.document })
    .from(artifacts)
    .innerJoin(artifactDocuments, eq(artifactDocuments.hash, artifacts.document_hash))
    .where(eq(artifacts.job_id, job_id))
    .orderBy(asc(artifacts.resource_type), asc(artifacts.resource_id));
  return rows.map(({ document }) => document);
}

/** The live files that a job has written, but for its lines. */
export async function storedFiles(ctx: Pick<Context, "db">, job_id: string) {
  const rows = await ctx.db
    .select()
    .from(objects)
    .where(and(eq(objects.origin, job_id), eq(objects.state, "live"), eq(objects.content_type, "application/json")))
    .orderBy(asc(objects.path));
  return rows.map(({ path, key }) => ({ path, key }));
}
