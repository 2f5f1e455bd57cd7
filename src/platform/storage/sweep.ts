import type { Context } from "../../context.ts";
import { type Purged, purgedOf } from "../retention/purge.ts";
import { endUpload } from "./end-upload.ts";
import { claimUnused, removeClaimed } from "./objects.store.ts";

/** Readers and resumed jobs may still hold a key this long after no row names it. */
const KEEP_UNUSED_MS = 24 * 3600 * 1000;
/** Well beyond the 15 minutes that an invocation may take, so that a claim is never worked on twice. */
const CLAIM_LOST_MS = 3600 * 1000;
const OBJECTS_A_SWEEP = 100;

/** Deletes objects that no row has named for 24 h, at most 100 a call; returns what was deleted. */
export async function sweepObjects(ctx: Pick<Context, "db" | "lake" | "now">): Promise<Purged> {
  const now = ctx.now();
  const rule = { unused_since: now - KEEP_UNUSED_MS, claimed_before: now - CLAIM_LOST_MS, limit: OBJECTS_A_SWEEP };
  const claimed = await claimUnused(ctx.db, rule, now);
  if (claimed.length === 0) return { rows: 0, bytes: 0 };
  const keys = claimed.map((object) => object.key);
  await Promise.all(claimed.map((object) => endUpload(ctx.lake, object)));
  await ctx.lake.delete(keys);
  await removeClaimed(ctx.db, keys, now);
  return purgedOf(claimed);
}
