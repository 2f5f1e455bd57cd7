import type { Context } from "../../context.ts";
import { listExpired, removeArtifacts } from "./retention.store.ts";

const DAY_MS = 86_400_000;
const JOBS_A_TICK = 5;

/** Removes the artifacts and files of extractions that ended longer ago than the retention, some at a time. */
export async function purgeArtifacts(ctx: Context): Promise<void> {
  const before = ctx.now() - ctx.config.ARTIFACT_RETENTION_DAYS * DAY_MS;
  const expired = await listExpired(ctx.db, before, JOBS_A_TICK);
  for (const { id } of expired) await ctx.db.batch(removeArtifacts(ctx.db, id, ctx.now()));
  if (expired.length > 0) ctx.log.info("artifacts_purged", { extractions: expired.length });
}
