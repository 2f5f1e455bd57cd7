import type { Context } from "../../context.ts";
import { tooLarge, userBlocked } from "../../errors.ts";
import { databaseMessage } from "../../platform/database-message.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { guardFence } from "../../platform/jobs/fence.store.ts";
import { isFenced, JobStopped } from "../../platform/jobs/running-job.ts";
import { OVER_QUOTA } from "./data-file.store.ts";
import { OWNER_LEFT } from "./owner.store.ts";

/** What a batch with `guardOwner` and `requireQuota` threw, as `USER_BLOCKED` or `QUOTA_EXCEEDED` where that is why. */
export function refusalOf({ config }: Pick<Context, "config">, error: unknown): unknown {
  const message = databaseMessage(error);
  if (message.includes(OWNER_LEFT)) return userBlocked();
  return message.includes(OVER_QUOTA) ? quotaExceeded(config) : error;
}

export const quotaExceeded = ({ BANK_QUOTA_BYTES }: Pick<Context["config"], "BANK_QUOTA_BYTES">) =>
  tooLarge(`Your files may have ${BANK_QUOTA_BYTES} bytes in all`, "QUOTA_EXCEEDED");

/** Rolls a batch back unless this attempt still holds its run. */
export const guardRun = (ctx: Context, { fence_subject, epoch }: JobRow) =>
  guardFence(ctx.db, "fence", fence_subject, epoch);

/** What a batch with `guardRun` threw, as `JobStopped` where that is why. */
export const stopOf = ({ id }: JobRow, error: unknown): unknown => (isFenced(error) ? new JobStopped(id) : error);
