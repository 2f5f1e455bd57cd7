import { recordErasure } from "./audit/erasures.store.ts";
import type { Erase } from "./domain.ts";
import { eraseFromAudit, eraseRecordsOf } from "./erase.store.ts";
import { PLATFORM_TOPIC } from "./events/protocol.ts";
import { disownJobsOf, eraseJobsOf } from "./jobs/erase-jobs.ts";
import { eraseUploadsOf, ownerOf } from "./storage/uploads.ts";

/** The domain whose jobs, schedules and events are one person's own; what others share is made nobody's. */
const PERSONAL = "banking";

/** All that the platform itself keeps about a person, but for the account, which goes last. */
export const erasePlatform: Erase = async (ctx, { id, email }) => {
  const principal = { kind: "user", id } as const;
  if (!(await eraseJobsOf(ctx, id, PERSONAL))) return false;
  if (!(await disownJobsOf(ctx, id, PERSONAL))) return false;
  if (!(await eraseUploadsOf(ctx, principal))) return false;
  await ctx.feeds.forget(PLATFORM_TOPIC, id, [PERSONAL]);
  const now = ctx.now();
  await ctx.db.batch([
    ...eraseRecordsOf(ctx.db, { id, email }, ownerOf(principal), now),
    eraseFromAudit(ctx.db, id, now),
    ...(email === null ? [] : [eraseFromAudit(ctx.db, email, now)]),
    recordErasure(ctx.db, now),
  ]);
  return true;
};
