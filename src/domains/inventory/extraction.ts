import { clouds } from "../../connectors/clouds/clouds.ts";
import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { getJob } from "../../platform/jobs/control.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { startJob } from "../../platform/jobs/start.ts";
import { extractionJob } from "./extraction.job.ts";
import { type ExtractionParams, extractionRequest } from "./extraction-params.ts";
import { findPace, listExtractions } from "./extraction.store.ts";
import { requireFilters } from "./filters.ts";
import { readCounts } from "./progress.ts";
import { requireRegions, selectProviders, selectServices } from "./selection.ts";
import { describeDestination } from "./transport.ts";

const LEAST_SECONDS = 60;
const VERSION = "1.0.0";

/** The services of the enabled providers, or of one; throws 400 for one that is unknown or not enabled. */
export function listServices(ctx: Pick<Context, "config">, provider: string | null) {
  const selected = selectServices(ctx, { provider, services: null });
  const services_by_provider = Object.fromEntries(
    selected.map(({ provider: name, services }) => [
      name,
      services.map(({ service, description, resource_types }) => ({
        service,
        description,
        resource_types: resource_types.map(({ type }) => type),
        version: VERSION,
      })),
    ]),
  );
  return { services_by_provider, total_services: selected.reduce((sum, { services }) => sum + services.length, 0) };
}

/** Throws 400 for a provider, service or region that there is not, 422 for a filter that no selected type has. */
export function requireExtraction(ctx: Pick<Context, "config">, params: ExtractionParams): void {
  const selected = selectServices(ctx, params);
  requireRegions(selectProviders(ctx, params.provider), params.regions);
  requireFilters(
    params.filters,
    selected.flatMap(({ services }) => services),
  );
}

/** Starts an extraction; it is estimated to end as fast as earlier ones did. Throws as `requireExtraction` does. */
export async function triggerExtraction(ctx: Context, params: ExtractionParams) {
  requireExtraction(ctx, params);
  const seconds = await estimateSeconds(ctx, params);
  const job = await startJob(ctx, extractionJob, params, {
    progress: { processed_resources: 0, total_resources: 0, failed_resources: 0 },
  });
  return { job, estimated_completion: isoSeconds(job.created_at + seconds * 1000) };
}

/** Services times regions at the pace of the last extractions; at least a minute. */
async function estimateSeconds(ctx: Context, params: ExtractionParams): Promise<number> {
  const { ms_a_shard } = (await findPace(ctx.db)) ?? { ms_a_shard: null };
  const shards = selectServices(ctx, params).flatMap(({ provider, services }) =>
    services.map(({ scope }) => {
      const regions = params.regions?.filter((region) => clouds[provider].isRegion(region)).length;
      return scope === "global" ? 1 : (regions ?? USUAL_REGIONS);
    }),
  );
  const total = shards.reduce((sum, count) => sum + count, 0);
  return Math.max(LEAST_SECONDS, Math.ceil((total * (ms_a_shard ?? USUAL_MS_A_SHARD)) / 1000));
}

/** Regions of a new AWS account, and the time of a shard while none has been measured. */
const USUAL_REGIONS = 17;
const USUAL_MS_A_SHARD = 1000;

interface ExtractionFilter {
  limit: number;
  status?: "running" | "completed" | "failed" | undefined;
}

/** The newest extractions. */
export async function listExtractionJobs(ctx: Context, filter: ExtractionFilter) {
  const [rows, counts] = await listExtractions(ctx.db, filter);
  return { jobs: rows.map(renderListed), total: counts[0]?.total ?? 0 };
}

/** An extraction in detail; throws 404 with the document's text for any other id. */
export async function getExtraction(ctx: Context, id: string) {
  const row = await requireExtractionJob(ctx, id);
  const params = readParams(row);
  const { total, sent, refused } = await readCounts(ctx, row.id);
  const results = row.results ?? {};
  const listed = renderListed(row);
  const live = row.completed_at === null;
  return {
    job_id: row.id,
    status: listed.status,
    provider: params.provider,
    services: params.services,
    regions: params.regions,
    batch_size: params.batch_size,
    filters: params.filters,
    progress: {
      total_resources: total,
      processed_resources: sent,
      failed_resources: refused,
      current_service: live ? textOrNull(row.progress["current_service"]) : null,
      current_region: live ? textOrNull(row.progress["current_region"]) : null,
    },
    timing: {
      started_at: listed.started_at,
      completed_at: listed.completed_at,
      duration_seconds: listed.duration_seconds,
    },
    results: {
      resources_extracted: total,
      services_processed: numberOrZero(results["services_processed"]),
      regions_processed: numberOrZero(results["regions_processed"]),
      errors: listed.errors,
    },
    transport: {
      type: ctx.config.INVENTORY_TRANSPORT,
      destination: describeDestination(ctx),
      files_created: ctx.config.INVENTORY_TRANSPORT === "filesystem" ? sent : 0,
      artifacts_sent: sent,
      ...asTransport(results["transport"]),
    },
  };
}

/** The row of an extraction; throws 404 with the document's text for any other id. */
export async function requireExtractionJob(ctx: Context, id: string): Promise<JobRow> {
  const row = await getJob(ctx, id);
  if (row.type !== extractionJob.type) throw notFound(`Job not found: ${id}`, "JOB_NOT_FOUND");
  return row;
}

/** A job in the words of the document, which knows neither `pending` nor `cancelled`. */
function renderListed(row: JobRow) {
  const { provider, services, regions } = readParams(row);
  const started = row.started_at ?? row.created_at;
  return {
    job_id: row.id,
    status: documentedStatus(row),
    provider,
    services,
    regions,
    started_at: isoSeconds(started),
    completed_at: row.completed_at === null ? null : isoSeconds(row.completed_at),
    duration_seconds: row.completed_at === null ? null : Math.round((row.completed_at - started) / 1000),
    resources_extracted: numberOrZero(row.results?.["resources_extracted"] ?? row.progress["total_resources"]),
    errors: row.status === "cancelled" ? ["cancelled", ...row.errors] : row.errors,
  };
}

function documentedStatus({ status }: JobRow): "running" | "completed" | "failed" {
  if (status === "pending" || status === "running") return "running";
  return status === "completed" ? "completed" : "failed";
}

const readParams = (row: JobRow): ExtractionParams => extractionRequest.parse(row.params);

/** The document's times have no fraction. */
export const isoSeconds = (ms: number): string => isoTime(Math.floor(ms / 1000) * 1000) ?? "";

const textOrNull = (value: unknown) => (typeof value === "string" ? value : null);
const numberOrZero = (value: unknown) => (typeof value === "number" ? value : 0);

/** What the job used, should the configuration have changed since. */
function asTransport(value: unknown) {
  if (typeof value !== "object" || value === null) return {};
  const { type, destination } = value as { type?: string; destination?: string | null };
  return { ...(type === undefined ? {} : { type }), ...(destination === undefined ? {} : { destination }) };
}
