import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { upsertCredential } from "../../platform/credentials/credentials.store.ts";
import { credentials } from "../../platform/credentials/tables.ts";
import { describeError } from "../../platform/http/log.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { JobStopped } from "../../platform/jobs/running-job.ts";
import { MINUTE_MS, type Purged } from "../../platform/retention/purge.ts";
import { deleteExpired } from "../../platform/retention/retention.store.ts";
import { oneTimeCodeSecret } from "./bank-secrets.ts";
import { guardRun, refusalOf, stopOf } from "./guarded-batch.ts";
import { findOneTimeCode, isCodeBefore, takeOneTimeCode } from "./one-time-code.store.ts";
import { persist } from "./persist.ts";
import { guardOwner } from "./owner.store.ts";
import { requireOwner } from "./owner.ts";

const LOOK_EVERY_MS = 500;
/** Faults in a row after which the database is taken for lost. */
const MOST_FAULTS = 3;

/**
 * Keeps a code, or the only one in the text of a message, for the caller's run. Throws 422 for a text without exactly one
 * run of 4 to 10 digits, and 403 `USER_BLOCKED`.
 */
export async function acceptCode(ctx: Context, input: { code: string } | { message: string }): Promise<void> {
  const code = "code" in input ? input.code : codeIn(input.message);
  const received: ReceivedCode = { code, received_at: ctx.now() };
  const owner = requireOwner(ctx);
  const identity = oneTimeCodeSecret(owner);
  const secret = await ctx.vault.seal(identity, JSON.stringify(received));
  await ctx.db
    .batch([guardOwner(ctx.db, owner), upsertCredential(ctx.db, identity, secret, ctx.now())])
    .catch((error: unknown) => {
      throw refusalOf(ctx, error);
    });
}

interface ReceivedCode {
  code: string;
  /** Ms. */
  received_at: number;
}

function codeIn(message: string): string {
  const [code, ...others] = (message.match(/\d+/g) ?? []).filter((digits) => /^\d{4,10}$/.test(digits));
  if (code !== undefined && others.length === 0) return code;
  throw unprocessable([{ field: "message", message: "must hold exactly one run of 4 to 10 digits" }]);
}

/** An attempt at somebody's run. */
interface CodeRun {
  owner: string;
  row: JobRow;
}

/**
 * Waits until somebody has a code that came after `since` (ms), and takes it away; null when none came within `wait_ms`.
 * Throws `JobStopped` when the attempt does not hold its run any more: then no code is taken.
 */
export async function waitForCode(
  ctx: Context,
  run: CodeRun,
  { since, wait_ms }: { since: number; wait_ms: number },
): Promise<string | null> {
  const until = ctx.now() + wait_ms;
  let faults = 0;
  for (;;) {
    try {
      const code = await takeCode(ctx, run, since);
      if (code !== null) return code;
      faults = 0;
    } catch (error) {
      faults += 1;
      if (error instanceof JobStopped || faults === MOST_FAULTS) throw error;
      ctx.log.warning("one_time_code_not_read", { job_id: run.row.id, ...describeError(error) });
    }
    if (ctx.now() >= until) return null;
    await scheduler.wait(LOOK_EVERY_MS);
  }
}

async function takeCode(ctx: Context, { owner, row }: CodeRun, since: number): Promise<string | null> {
  const identity = oneTimeCodeSecret(owner);
  const [, [found]] = await ctx.db
    .batch([guardRun(ctx, row), findOneTimeCode(ctx.db, identity, since)])
    .catch((error: unknown) => rethrow(error, row));
  if (!found) return null;
  // Only `acceptCode` seals under this identity.
  const { code, received_at } = JSON.parse(await ctx.vault.open(identity, found.sealed)) as ReceivedCode;
  // Sealing it under a new key of the vault makes a row younger, but no code.
  if (received_at < since) return null;
  return (await removeCode(ctx, { owner, row }, found.sealed)) ? code : null;
}

/** Says whether this attempt took the code. Nobody else may, so what is gone after a fault is what it took itself. */
async function removeCode(ctx: Context, { owner, row }: CodeRun, sealed: string): Promise<boolean> {
  const take = takeOneTimeCode(ctx.db, oneTimeCodeSecret(owner), sealed);
  let unsure = false;
  return persist(async () => {
    const [, removed] = await ctx.db.batch([guardRun(ctx, row), take]).catch((error: unknown) => {
      unsure = true;
      return rethrow(error, row);
    });
    return removed.length > 0 || unsure;
  });
}

function rethrow(error: unknown, row: JobRow): never {
  throw stopOf(row, error);
}

/** Removes codes that no run has taken in time. */
export function purgeCodes(ctx: Context): Promise<Purged> {
  const sealed_before = ctx.now() - ctx.config.CODE_RETENTION_MINUTES * MINUTE_MS;
  return deleteExpired(ctx.db, credentials, isCodeBefore(sealed_before));
}
