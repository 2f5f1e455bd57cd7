import type { Context } from "../../context.ts";
import { notFound, unprocessable } from "../../errors.ts";
import { MOST_REPORT_BYTES, reportTooLarge } from "../../formats/reports/report.ts";
import { receiveMultipart } from "../../platform/storage/multipart.ts";
import { markOrphaned } from "../../platform/storage/objects.store.ts";
import { readRange } from "../../platform/storage/ranges.ts";
import { discardObject } from "../../platform/storage/stream-writer.ts";
import { originOf } from "./erase.store.ts";
import { requireOwner } from "./owner.ts";
import { type BankReportRow, countReports, deleteReport, findReport, listReportRows } from "./report.store.ts";
import { reportName } from "./report-names.ts";
import { storeReport } from "./reports.ts";

/** For the form around the file. */
const FORM_BYTES = 64 * 1024;

/** A page of the caller's reports, newest first, and how many there are. */
export async function listReports(ctx: Context, page: { offset: number; limit: number }) {
  const owner = requireOwner(ctx);
  const [rows, [counted]] = await ctx.db.batch([listReportRows(ctx.db, owner, page), countReports(ctx.db, owner)]);
  return { reports: rows.map(renderReport), total_count: counted?.total ?? 0 };
}

/** Stores the form's file as a report of the caller. Throws as `storeReport` does, and 422 for a wrong form. */
export async function uploadReport(ctx: Context, request: Request) {
  const owner = requireOwner(ctx);
  const options = { max_bytes: MOST_REPORT_BYTES + FORM_BYTES, files: ["file"], origin: originOf(owner) };
  return receiveMultipart(ctx, request, options, async ({ files, fields }) => {
    const file = files.get("file");
    if (!file) throw unprocessable([{ field: "file", message: "is required" }]);
    const { filename, content_type, object } = file;
    const report = reportName(fields["report"], filename);
    if (object.size_bytes > MOST_REPORT_BYTES) throw reportTooLarge(`has more than ${MOST_REPORT_BYTES} bytes`);
    const range = { offset: 0, length: object.size_bytes };
    const content = new Uint8Array(
      range.length === 0 ? new ArrayBuffer() : await readRange(ctx.lake, object.key, range),
    );
    const stored = await storeReport(ctx, {
      ...{ owner, bank: null, origin: "upload", original: object },
      report: { report, filename, content_type, content },
    });
    if (stored.report.object_key !== object.key) await discardObject(ctx, object.key);
    return { is_new: stored.is_new, report: renderReport(stored.report) };
  });
}

/** A report of the caller; throws 404. */
export async function requireReport(ctx: Context, id: string): Promise<BankReportRow> {
  const [row] = await findReport(ctx.db, requireOwner(ctx), id);
  if (!row) throw reportNotFound();
  return row;
}

/** Removes the original of a report; its rows stay in the data files. Throws 404. */
export async function removeReport(ctx: Context, id: string): Promise<void> {
  const row = await requireReport(ctx, id);
  const [deleted] = await ctx.db.batch([deleteReport(ctx.db, row), markOrphaned(ctx.db, row.object_key, ctx.now())]);
  if (deleted.length === 0) throw reportNotFound();
}

const reportNotFound = () => notFound("Report not found", "REPORT_NOT_FOUND");

function renderReport(row: BankReportRow) {
  const { id, bank, report, filename, format, size_bytes, rows, new_rows, balances, origin } = row;
  return {
    ...{ id, bank, report, filename, format, size_bytes, files: row.data_files, rows, new_rows, balances },
    balances_match: balances.length === 0 ? null : balances.every(({ matches }) => matches),
    origin,
    received_ms: row.received_at,
  };
}
