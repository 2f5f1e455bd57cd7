import { findBank } from "../../connectors/banks/banks.ts";
import type { Context } from "../../context.ts";
import { findUserById } from "../../platform/auth/user.store.ts";
import { defineJob, failed, type SliceOutcome } from "../../platform/jobs/define.ts";
import { readBankLogin } from "./bank-login.ts";
import {
  type CollectionCursor,
  collectionParams,
  type CollectionRun,
  conclude,
  interrupted,
  readCollectionCursor,
} from "./collection-run.ts";
import { COLLECT } from "./collection-schedule.ts";
import { collectReports } from "./collect-reports.ts";

/** Collects somebody's reports at their bank: one sign-in at most, whatever happens to the attempt. */
export const collectJob = defineJob<typeof collectionParams, CollectionCursor>({
  type: COLLECT,
  version: 1,
  domain: "banking",
  queue: "ingestion",
  params: collectionParams,
  readCursor: readCollectionCursor,
  async run(ctx, job) {
    const { cursor } = job;
    if (cursor?.password_sent) return conclude(cursor.ended ? cursor : interrupted(cursor));
    return collect(ctx, job);
  },
});

async function collect(ctx: Context, job: CollectionRun): Promise<SliceOutcome> {
  const { owner } = job.params;
  const [user] = await findUserById(ctx.primary, owner);
  if (!user || user.blocked_at !== null) return failed({}, ["the account is blocked or gone"]);
  const stored = await readBankLogin(ctx, owner);
  if (!stored) return failed({}, ["no stored bank credentials"]);
  const bank = findBank(stored.row.bank);
  if (!bank) return failed({}, [`there is no bank ${stored.row.bank} any more`]);
  // Banks lock accounts: a login that was refused is not tried again.
  if (stored.row.refused_at !== null) return failed({}, ["login refused"]);
  return collectReports(ctx, job, { bank, ...stored });
}
