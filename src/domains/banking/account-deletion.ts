import type { Context } from "../../context.ts";
import {
  beginDeletion,
  deleteDeletion,
  dropCalledOff,
  listDueDeletions,
  markFailed,
} from "../../platform/auth/account-deletion.store.ts";
import { deleteIdentity } from "../../platform/auth/identities.ts";
import { forgetStanding } from "../../platform/auth/standing.ts";
import { deleteUserRow, findUserById } from "../../platform/auth/user.store.ts";
import type { Erase } from "../../platform/domain.ts";
import { describeError } from "../../platform/http/log.ts";
import { countDeleted, countError, countScan } from "./cleanup.store.ts";

/** Wall time that one tick gives to this. */
const WORK_MS = 20_000;
const ACCOUNTS_A_SCAN = 100;
/** How long an account rests that could not be deleted. */
const REST_MS = 10 * 60_000;

/**
 * Deletes the accounts whose grace is over, and everything about them; what does not fit into a tick goes on in the
 * next. One that fails is counted, logged, and keeps no other from being deleted.
 */
export async function deleteLeavers(ctx: Context, erase: Erase): Promise<void> {
  const now = ctx.now();
  const until = now + WORK_MS;
  await ctx.db.batch([countScan(ctx.db, now), dropCalledOff(ctx.db)]);
  for (const { owner } of await listDueDeletions(ctx.db, now, now - REST_MS, ACCOUNTS_A_SCAN)) {
    if (ctx.now() > until) return;
    try {
      if (await deleteLeaver(ctx, owner, { erase, until })) ctx.log.info("account_deleted", { user_id: owner });
    } catch (error) {
      ctx.log.error("account_deletion_failed", { user_id: owner, ...describeError(error) });
      await ctx.db.batch([countError(ctx.db, owner), markFailed(ctx.db, owner, ctx.now())]);
    }
  }
}

/** Whether the account is gone; false when somebody has come back, or time is over. */
async function deleteLeaver(ctx: Context, owner: string, work: { erase: Erase; until: number }): Promise<boolean> {
  const [begun] = await beginDeletion(ctx.primary, owner, ctx.now());
  if (!begun) return false;
  const [user] = await findUserById(ctx.primary, owner);
  while (!(await work.erase(ctx, { id: owner, email: user?.email ?? null }))) {
    if (ctx.now() > work.until) return false;
  }
  if (user) await deleteIdentity(ctx, user);
  await ctx.primary.batch([
    countDeleted(ctx.primary, owner),
    deleteUserRow(ctx.primary, owner),
    deleteDeletion(ctx.primary, owner),
  ]);
  forgetStanding(owner);
  return true;
}
