import type { CollectedReport } from "../../connectors/banks/bank.ts";
import type { Recipe } from "../../connectors/banks/recipe.ts";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { describeError } from "../../platform/http/log.ts";
import { JobStopped } from "../../platform/jobs/running-job.ts";
import type { CollectionCursor, CollectionRun } from "./collection-run.ts";
import { persist } from "./persist.ts";
import { storeReport } from "./reports.ts";

/**
 * Stores reports one by one, each with the run's new state; one that cannot be stored is named among its errors and does
 * not keep the others from being stored. Throws `JobStopped`.
 */
export async function keepReports(
  ctx: Context,
  job: CollectionRun,
  begun: CollectionCursor,
  bank: Recipe,
  collected: readonly CollectedReport[],
): Promise<CollectionCursor> {
  let cursor = begun;
  for (const [index, report] of collected.entries()) {
    const progress = { message: `Storing ${report.report}`, done: index, total: collected.length };
    // A run that has been stopped stores nothing more.
    await persist(() => job.commit([], { cursor, progress }));
    cursor = await keepReport(ctx, job, cursor, { bank, report });
  }
  await persist(() => job.commit([], { cursor }));
  return cursor;
}

async function keepReport(
  ctx: Context,
  job: CollectionRun,
  cursor: CollectionCursor,
  { bank, report }: { bank: Recipe; report: CollectedReport },
): Promise<CollectionCursor> {
  const { owner } = job.params;
  try {
    const input = { owner, bank: bank.id, origin: job.id, run: job.row, report };
    const { files, report: row, is_new } = await persist(() => storeReport(ctx, input));
    const { id, filename, new_rows, balances } = row;
    const balances_match = balances.length === 0 ? null : balances.every(({ matches }) => matches);
    const kept = { id, report: row.report, filename, new_rows: is_new ? new_rows : 0, balances_match };
    return { ...cursor, files: [...new Set([...cursor.files, ...files])], reports: [...cursor.reports, kept] };
  } catch (error) {
    if (error instanceof JobStopped) throw error;
    ctx.log.warning("report_not_kept", { job_id: job.id, report: report.report, ...describeError(error) });
    const reason = error instanceof AppError ? error.message : "could not be stored";
    return { ...cursor, errors: [...cursor.errors, `${report.report}: ${reason}`] };
  }
}
