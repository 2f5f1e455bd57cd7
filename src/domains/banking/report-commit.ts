import type { Context } from "../../context.ts";
import type { Report } from "../../formats/reports/report.ts";
import { databaseMessage } from "../../platform/database-message.ts";
import type { JobRow, Statement } from "../../platform/jobs/define.ts";
import { markLive, markOrphaned } from "../../platform/storage/objects.store.ts";
import { requireQuota } from "./data-file.store.ts";
import { guardRun, refusalOf, stopOf } from "./guarded-batch.ts";
import { guardOwner } from "./owner.store.ts";
import {
  type BankReportRow,
  FILE_CHANGED,
  insertReport,
  putDataFile,
  requireDataFile,
  updateReport,
} from "./report.store.ts";
import { discardMerge, type Merge, mergeTable, PARQUET_TYPE } from "./report-merge.ts";
import { tableFilenames } from "./report-names.ts";

interface CommitInput {
  owner: string;
  /** Id of the run, or `upload`. */
  origin: string;
  /** The attempt at the run that collected it; null for an upload. */
  run: JobRow | null;
  row: BankReportRow;
  read: Report;
  /** Whether the report has no row yet. */
  is_new: boolean;
}

/**
 * Merges all tables of a report into their data files and says so in one batch. Null when others have changed a file
 * meanwhile, or have stored the same content. Throws 413 `QUOTA_EXCEEDED`, 403 `USER_BLOCKED` for an owner who is blocked
 * or gone, `JobStopped` when the attempt holds its run no more, and as `mergeTable` does.
 */
export async function commitReport(
  ctx: Context,
  { owner, origin, run, row, read, is_new }: CommitInput,
): Promise<BankReportRow | null> {
  const names = tableFilenames(row.report, read.tables);
  const merges: Merge[] = [];
  try {
    for (const [index, table] of read.tables.entries()) {
      merges.push(await mergeTable(ctx, { owner, filename: names[index] ?? "", table }));
    }
    const merged: BankReportRow = {
      ...row,
      data_files: names,
      rows: merges.reduce((sum, merge) => sum + merge.rows, 0),
      // Of one that came again, the number stays what it was at first.
      new_rows: is_new ? merges.reduce((sum, merge) => sum + merge.new_rows, 0) : row.new_rows,
    };
    await ctx.db.batch([
      guardOwner(ctx.db, owner),
      ...(run ? [guardRun(ctx, run)] : []),
      is_new ? insertReport(ctx.db, merged) : updateReport(ctx.db, merged),
      ...(is_new ? [markLive(ctx.db, row.object_key, ctx.now())] : []),
      ...merges.flatMap((merge) => switchFile(ctx, { owner, origin }, merge)),
      ...(is_new || merges.some(({ after }) => after)
        ? [requireQuota(ctx.db, owner, ctx.config.BANK_QUOTA_BYTES)]
        : []),
    ]);
    return merged;
  } catch (error) {
    for (const merge of merges) await discardMerge(ctx, merge);
    if (isOvertaken(error)) return null;
    throw refusalOf(ctx, run ? stopOf(run, error) : error);
  }
}

/** Puts the new file in the place of the one that was read, if that is still there. */
function switchFile(
  ctx: Context,
  { owner, origin }: Pick<CommitInput, "owner" | "origin">,
  { filename, before, after }: Merge,
): Statement[] {
  const unchanged = requireDataFile(ctx.db, { owner, filename, object_key: before?.object_key ?? null });
  if (!after) return [unchanged];
  const modified_at = ctx.now();
  const { key: object_key, size_bytes, sha256 } = after.object;
  return [
    unchanged,
    putDataFile(ctx.db, {
      owner,
      filename,
      object_key,
      size_bytes,
      sha256,
      content_type: PARQUET_TYPE,
      origin,
      modified_at,
    }),
    ...(before ? [markOrphaned(ctx.db, before.object_key, modified_at)] : []),
    ...[object_key, ...after.sidecars].map((key) => markLive(ctx.db, key, modified_at)),
  ];
}

/** Whether a batch was rolled back because of what somebody else has written. */
function isOvertaken(error: unknown): boolean {
  const text = databaseMessage(error);
  return text.includes(FILE_CHANGED) || text.includes("UNIQUE constraint failed: bank_reports");
}
