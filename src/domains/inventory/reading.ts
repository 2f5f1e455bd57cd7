import { artifactSchema } from "../../connectors/clouds/artifact.ts";
import type { Context } from "../../context.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { countDifferences, type Difference, listDifferences, listIncomparable } from "./comparison.store.ts";
import { requireExtractionJob } from "./extraction.ts";
import { findChanges } from "./field-changes.ts";
import { countArtifacts, countResources, pageArtifacts, pageResources, type ReadingFilter } from "./reading.store.ts";

interface PageInput {
  limit: number;
  /** The row after which to go on. */
  cursor?: number | undefined;
}

const readDocument = (document: string) => artifactSchema.parse(JSON.parse(document));

const nextCursor = (rows: readonly { row: number }[], limit: number): number | null =>
  rows.length > limit ? (rows[limit - 1]?.row ?? null) : null;

/** A page of what an extraction found; throws 404 for any other id. */
export async function readArtifacts(ctx: Context, id: string, filter: ReadingFilter, { limit, cursor = 0 }: PageInput) {
  const job = await requireExtractionJob(ctx, id);
  const [rows, counts] = await ctx.db.batch([
    pageArtifacts(ctx.db, job.id, filter, cursor, limit + 1),
    countArtifacts(ctx.db, job.id, filter),
  ]);
  return {
    artifacts: rows.slice(0, limit).map(({ document }) => readDocument(document)),
    total: counts[0]?.total ?? 0,
    next_cursor: nextCursor(rows, limit),
  };
}

/** A page of the latest state of resources, whatever extraction saw them last. */
export async function readResources(ctx: Context, filter: ReadingFilter, { limit, cursor = 0 }: PageInput) {
  const [rows, counts] = await ctx.db.batch([
    pageResources(ctx.db, filter, cursor, limit + 1),
    countResources(ctx.db, filter),
  ]);
  const found = rows.slice(0, limit).map(({ document, job_id, first_seen_at, last_seen_at }) => ({
    ...readDocument(document),
    job_id,
    first_seen_at: isoTime(first_seen_at) ?? "",
    last_seen_at: isoTime(last_seen_at) ?? "",
  }));
  return { resources: found, total: counts[0]?.total ?? 0, next_cursor: nextCursor(rows, limit) };
}

/** What differs between two extractions; throws 404 for an id that is none. `cursor` is a number of differences. */
export async function compareExtractions(ctx: Context, ids: { from: string; to: string }, page: PageInput) {
  const [from, to] = [await requireExtractionJob(ctx, ids.from), await requireExtractionJob(ctx, ids.to)];
  const { limit, cursor: offset = 0 } = page;
  const rows = await listDifferences(ctx.db, from.id, to.id, offset, limit + 1);
  const counts = new Map((await countDifferences(ctx.db, from.id, to.id)).map(({ change, count }) => [change, count]));
  const shown = rows.slice(0, limit);
  const those = (change: Difference["change"]) => shown.filter((row) => row.change === change);
  return {
    from: from.id,
    to: to.id,
    added: those("added").map(describeResource),
    removed: those("removed").map(describeResource),
    changed: those("changed").map((row) => ({ ...describeResource(row), changes: changesOf(row) })),
    totals: {
      added: counts.get("added") ?? 0,
      removed: counts.get("removed") ?? 0,
      changed: counts.get("changed") ?? 0,
    },
    not_compared: (await listIncomparable(ctx.db, from.id, to.id)).map(({ service, region }) => `${service}/${region}`),
    next_cursor: rows.length > limit ? offset + limit : null,
  };
}

const describeResource = ({ provider, account, region, resource_type, resource_id }: Difference) => ({
  ...{ cloud_provider: provider, account, region, resource_type, resource_id },
});

/** Differences of labels and configuration; `raw` holds things that change by themselves. */
function changesOf({
  before_document,
  after_document,
}: {
  before_document: string | null;
  after_document: string | null;
}) {
  const [before, after] = [before_document, after_document].map(compared);
  return findChanges(before, after).map(({ path, from, to }) => ({ path, from: from ?? null, to: to ?? null }));
}

function compared(document: string | null | undefined) {
  if (!document) return {};
  const { metadata, configuration } = readDocument(document);
  return { metadata, configuration };
}
