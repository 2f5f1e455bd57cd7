import { createHash } from "node:crypto";
import type { Context } from "../../context.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { putObjects } from "../../platform/storage/bulk-objects.ts";
import { createObjectWriter } from "../../platform/storage/stream-writer.ts";
import type { ArtifactRow } from "./artifact.store.ts";
import { eachDocument } from "./documents.ts";
import type { Outgoing } from "./transport.ts";

const FOLDER = "file_collector";
const LONGEST_PART = 50;

/** Writes one file per artifact; what it returns makes them live. Equal artifacts of a job have equal names. */
export async function storeFiles(
  ctx: Context,
  job: { id: string; created_at: number },
  batch: readonly Outgoing[],
): Promise<Statement[]> {
  const files = batch.map(({ artifact, document }) => ({
    path: `${FOLDER}/${artifactFileName(artifact, job.created_at)}`,
    bytes: new TextEncoder().encode(JSON.stringify(JSON.parse(document), null, 2)),
    content_type: "application/json",
    origin: job.id,
  }));
  return putObjects(ctx, files);
}

/**
 * `{service}_{type}_{last part of the id}_{time}_{8 hex digits}.json`. The time is the job's start and the digits come
 * from the resource, so that an artifact written twice is one file.
 */
export function artifactFileName(artifact: ArtifactRow, started_at: number): string {
  const { service, resource_type, resource_id, provider, account, region } = artifact;
  const digest = createHash("sha256").update([provider, account, region, resource_type, resource_id].join("\0"));
  const digits = digest.digest("hex").slice(0, 8);
  const lastPart = resource_id.split("/").findLast((part) => part !== "") ?? resource_id;
  const type = resource_type.replaceAll(":", "_").slice(0, LONGEST_PART);
  const name = lastPart.replaceAll(/[^\w.-]/g, "_").slice(0, LONGEST_PART);
  return `${service}_${type}_${name}_${stamp(started_at)}_${digits}.json`;
}

/** `YYYYMMDD_HHMMSS_µs` in UTC. */
function stamp(ms: number): string {
  const [date = "", time = ""] = new Date(ms).toISOString().split("T");
  return `${date.replaceAll("-", "")}_${time.slice(0, 8).replaceAll(":", "")}_${time.slice(9, 12)}000`;
}

/** Writes all artifacts of a job as lines of JSON; the caller makes the object live. `onLine` is called after each. */
export async function writeLines(ctx: Context, job_id: string, onLine: () => Promise<void>) {
  const key = `${FOLDER}/${job_id}.ndjson.${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
  const writer = createObjectWriter(ctx, { key, content_type: "application/x-ndjson", origin: job_id });
  const encoder = new TextEncoder();
  try {
    for await (const document of eachDocument(ctx, job_id)) {
      await writer.ready();
      writer.write(encoder.encode(`${document}\n`));
      await onLine();
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
