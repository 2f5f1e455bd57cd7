import {
  type BankLogin,
  type CollectedReport,
  RecipeFailure,
  type RecipeFailureKind,
} from "../../connectors/banks/bank.ts";
import { runBank } from "../../connectors/banks/banks.ts";
import type { Recipe } from "../../connectors/banks/recipe.ts";
import type { Context } from "../../context.ts";
import { upstreamFailed } from "../../errors.ts";
import { describeError } from "../../platform/http/log.ts";
import type { SliceOutcome, Statement } from "../../platform/jobs/define.ts";
import { JobStopped } from "../../platform/jobs/running-job.ts";
import { markLive } from "../../platform/storage/objects.store.ts";
import { type CollectionIo, openBankIo } from "./bank-io.ts";
import { type BankLoginRow, markRefused } from "./bank-login.store.ts";
import { type CollectionRun, conclude, INTERRUPTED, START } from "./collection-run.ts";
import { stopSchedule } from "./collection-schedule.ts";
import { holdRun } from "./hold-run.ts";
import { keepReports } from "./keep-reports.ts";
import { persist } from "./persist.ts";
import { storeScreenshot } from "./screenshots.ts";

interface Account {
  bank: Recipe;
  row: BankLoginRow;
  login: BankLogin;
}

/** What came of signing in: a run that went through has no kind of failure. */
interface Visit {
  collected: CollectedReport[];
  kind: RecipeFailureKind | "fault" | null;
  message: string | null;
  screenshot: Uint8Array<ArrayBuffer> | null;
}

/** Seconds until a bank that could not be reached is asked again; nobody has signed in then. */
const UNREACHABLE_SECONDS = 10;

/**
 * Signs in at the bank, and keeps what it gives. Throws what may be tried again, which only happens before the password
 * was sent, and `JobStopped`.
 */
export async function collectReports(ctx: Context, job: CollectionRun, account: Account): Promise<SliceOutcome> {
  const io = openBankIo(ctx, job, ctx.config.BANK_URLS[account.bank.id] ?? null);
  const visit = await visitBank(ctx, io, account);
  const begun = { ...START, password_sent: io.passwordSent() };
  const { kept, screenshot } = await holdRun(ctx, job, async () => ({
    kept: await keepReports(ctx, job, begun, account.bank, visit.collected),
    screenshot: visit.screenshot ? await storeScreenshot(ctx, job, visit.screenshot) : null,
  }));
  const statements: Statement[] = [];
  if (screenshot !== null) statements.push(markLive(ctx.db, screenshot, ctx.now()));
  // For a refusal that could not be noted at once.
  if (visit.kind === "login-refused") statements.push(...refuse(ctx, account.row));
  const cursor = { ...kept, failure: visit.message, screenshot, ended: true };
  const total = visit.collected.length;
  const progress = visit.kind === null ? { message: "Finished", done: total, total } : job.row.progress;
  await persist(() => job.commit(statements, { cursor, progress }));
  return conclude(cursor);
}

async function visitBank(ctx: Context, io: CollectionIo, { bank, row, login }: Account): Promise<Visit> {
  const visit = () => runBank(io, bank, login).catch((error: unknown) => noteRefusal(ctx, row, error));
  try {
    const collected = await io.visiting(visit);
    return { collected, kind: null, message: null, screenshot: null };
  } catch (error) {
    if (error instanceof JobStopped) throw error;
    if (error instanceof RecipeFailure) {
      if (error.kind !== "unreachable" || io.passwordSent()) return error;
      throw upstreamFailed(error.message, { retry_after: UNREACHABLE_SECONDS, cause: error });
    }
    if (!io.passwordSent()) throw error;
    ctx.log.warning("collection_fault", { job_id: io.job_id, ...describeError(error) });
    return { collected: [], kind: "fault", message: INTERRUPTED, screenshot: null };
  }
}

/** Rethrows what ended a visit; a refusal is noted before, whoever holds the run: the login must never go out again. */
async function noteRefusal(ctx: Context, row: BankLoginRow, error: unknown): Promise<never> {
  if (error instanceof RecipeFailure && error.kind === "login-refused") {
    const statements = refuse(ctx, row);
    await persist(() => ctx.db.batch(statements)).catch((fault: unknown) =>
      ctx.log.warning("refusal_not_noted", { user_id: row.owner, ...describeError(fault) }),
    );
  }
  throw error;
}

/** May be written any number of times. */
function refuse(ctx: Context, row: BankLoginRow): [Statement, ...Statement[]] {
  const now = ctx.now();
  return [markRefused(ctx.db, row, now), ...stopSchedule(ctx, row, now)];
}
