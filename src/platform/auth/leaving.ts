import type { Context } from "../../context.ts";
import { userBlocked } from "../../errors.ts";
import { describeError } from "../http/log.ts";
import type { Statement } from "../jobs/define.ts";
import { isFenced } from "../jobs/running-job.ts";
import { stopSchedulesOf } from "../schedules/schedule.store.ts";
import {
  type DeletionRow,
  findDeletion,
  isLeavingSince,
  leaving,
  recordDeletion,
  unblockLeaver,
} from "./account-deletion.store.ts";
import { lastAdmin } from "./administration.ts";
import { callOffLeaving, OWN } from "./calling-off.ts";
import { announceEndedSessions } from "./ended-sessions.ts";
import { endIdentitySessions } from "./identities.ts";
import type { SignIn } from "./identity-provider.ts";
import { forgetStanding } from "./standing.ts";
import { blockUnlessLastAdmin, requireBlocked, type UserRow } from "./user.store.ts";

const DAY_MS = 86_400_000;

/**
 * Blocks somebody at once, stops their schedules, and has their account deleted when the grace is over, all together with
 * the statements given; asking twice changes nothing. Throws 409 `LAST_ADMIN`, and `USER_BLOCKED` for somebody whom an
 * admin has just blocked.
 */
export async function leave(ctx: Context, user: UserRow, together: Statement[]): Promise<DeletionRow> {
  const { primary } = ctx;
  const { id } = user;
  const now = ctx.now();
  const deletion = { owner: id, requested_at: now, deletion_at: now + ctx.config.UNREGISTER_DELETION_DAYS * DAY_MS };
  const recorded = await primary
    .batch([
      blockUnlessLastAdmin(primary, id, leaving(now)),
      requireBlocked(primary, id),
      recordDeletion(primary, deletion),
      findDeletion(primary, id),
      stopSchedulesOf(primary, { created_by: id, domain: OWN }, "leaving", now, isLeavingSince(primary, id, now)),
      ...together,
    ])
    .then(([, , , [row]]) => row)
    .catch((error: unknown) => {
      throw isFenced(error) ? lastAdmin() : error;
    });
  if (!recorded) throw userBlocked();
  await Promise.all([announceEndedSessions(ctx, id), endProviderSessions(ctx, user)]);
  return recorded;
}

/** Our row refuses the person already: what cannot be told is only late. */
async function endProviderSessions(ctx: Context, user: UserRow): Promise<void> {
  try {
    await endIdentitySessions(ctx, user);
  } catch (error) {
    ctx.log.warning("provider_sessions_stay", describeError(error));
  }
}

/** Somebody who has signed in and was leaving stays, with their schedules, unless the grace is over. */
export async function stay(ctx: Context, found: SignIn): Promise<SignIn> {
  const { primary } = ctx;
  const { user } = found;
  const now = ctx.now();
  const [deletion] = await findDeletion(primary, user.id);
  if (!deletion || deletion.deletion_at <= now) return found;
  // An admin's block, which has another time, is not lifted by signing in.
  if (user.blocked_at !== null && user.blocked_at !== deletion.requested_at) return found;
  const [[unblocked]] = await primary.batch([
    unblockLeaver(primary, user.id, now),
    ...(await callOffLeaving(ctx, user.id)),
  ]);
  forgetStanding(user.id);
  return { ...found, user: unblocked ?? user };
}
