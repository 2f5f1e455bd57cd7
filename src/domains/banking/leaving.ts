import type { Context } from "../../context.ts";
import { leave } from "../../platform/auth/leaving.ts";
import { readOwnUser } from "../../platform/auth/sessions.ts";
import { removeCredential } from "../../platform/credentials/credentials.store.ts";
import { describeError } from "../../platform/http/log.ts";
import { cancelJobsOfSubject } from "../../platform/jobs/control.ts";
import { oneTimeCodeSecret } from "./bank-secrets.ts";
import { collectionSubject } from "./collection-schedule.ts";

const DAY_MS = 86_400_000;

/**
 * Blocks the caller at once, ends their sessions and a run under way, and has all that is kept about them deleted when
 * the grace is over. Throws 409 `LAST_ADMIN`.
 */
export async function unregister(ctx: Context) {
  const user = await readOwnUser(ctx);
  const { requested_at, deletion_at } = await leave(ctx, user, [
    removeCredential(ctx.primary, oneTimeCodeSecret(user.id)),
  ]);
  await endRuns(ctx, user.id);
  const days = Math.round((deletion_at - requested_at) / DAY_MS);
  return {
    message: `User unregistered. Account and data will be permanently deleted in ${days} days.`,
    deletion_scheduled_at_ms: requested_at,
    deletion_at_ms: deletion_at,
  };
}

/** Nobody who is blocked can ask again: runs that a fault leaves are ended by the tick. */
async function endRuns(ctx: Context, owner: string): Promise<void> {
  try {
    await cancelJobsOfSubject(ctx, collectionSubject(owner));
  } catch (error) {
    ctx.log.warning("leaver_run_stays", describeError(error));
  }
}
