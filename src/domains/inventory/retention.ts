import type { Context } from "../../context.ts";
import { DAY_MS, type Purged, purgedOf } from "../../platform/retention/purge.ts";
import { closeExtraction, listArtifactsOf, listExpired, removeArtifacts } from "./retention.store.ts";

const JOBS_A_TURN = 5;
const ARTIFACTS_A_TURN = 2000;

/**
 * Removes the artifacts and files of extractions that ended longer ago than the retention, some at a time; an extraction
 * is due again until nothing of it is left. Never those of the last complete one.
 */
export async function purgeArtifacts(ctx: Context): Promise<Purged> {
  const ended_before = ctx.now() - ctx.config.ARTIFACT_RETENTION_DAYS * DAY_MS;
  const total = { rows: 0, bytes: 0 };
  for (const { id } of await listExpired(ctx.db, ended_before, JOBS_A_TURN)) {
    const { rows, bytes } = await purgeExtraction(ctx, id, ARTIFACTS_A_TURN - total.rows);
    total.rows += rows;
    total.bytes += bytes;
    if (total.rows >= ARTIFACTS_A_TURN) break;
  }
  return total;
}

async function purgeExtraction(ctx: Context, job_id: string, limit: number): Promise<Purged> {
  const found = await listArtifactsOf(ctx.db, job_id, limit);
  const [, documents] = await ctx.db.batch(removeArtifacts(ctx.db, found));
  const purged = { rows: found.length, bytes: purgedOf(documents).bytes };
  if (found.length === limit) return purged;
  const [files] = await ctx.db.batch(closeExtraction(ctx.db, job_id, ctx.now()));
  return { rows: purged.rows + files.length, bytes: purged.bytes + purgedOf(files).bytes };
}
