import type { SQL } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { endUpload } from "./end-upload.ts";
import { claimNamed, removeClaimed } from "./objects.store.ts";

/** As many keys as R2 deletes at once. */
const OBJECTS_A_CALL = 1000;

/**
 * Deletes the objects whose keys a query with one column finds, and what lies beside them, at once instead of when the
 * sweeper comes; at most 1000 a call. Answers whether that was all. Doing it again after a fault does no harm.
 */
export async function eraseObjects(ctx: Pick<Context, "db" | "lake" | "now">, keys: SQL): Promise<boolean> {
  const now = ctx.now();
  const claimed = await claimNamed(ctx.db, keys, OBJECTS_A_CALL, now);
  if (claimed.length === 0) return true;
  await Promise.all(claimed.map((object) => endUpload(ctx.lake, object)));
  const names = claimed.map(({ key }) => key);
  await ctx.lake.delete(names);
  await removeClaimed(ctx.db, names, now);
  return claimed.length < OBJECTS_A_CALL;
}
