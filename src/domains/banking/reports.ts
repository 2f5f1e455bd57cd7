import { createHash } from "node:crypto";
import type { CollectedReport } from "../../connectors/banks/bank.ts";
import { findBank } from "../../connectors/banks/banks.ts";
import type { Context } from "../../context.ts";
import { unavailable } from "../../errors.ts";
import type { Report } from "../../formats/reports/report.ts";
import { loadLazily } from "../../lazy-modules.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { putObject, type StoredObject } from "../../platform/storage/objects.ts";
import { discardObject } from "../../platform/storage/stream-writer.ts";
import { originOf } from "./erase.store.ts";
import { type BankReportRow, findReportByContent } from "./report.store.ts";
import { commitReport } from "./report-commit.ts";
import { originalName } from "./report-names.ts";

export interface ReportInput {
  owner: string;
  /** Id of the recipe, which says how the report is shaped; null for an upload. */
  bank: string | null;
  /** Id of the run, or `upload`. */
  origin: string;
  /** The attempt at the run that collected it, which must still hold it; absent for an upload. */
  run?: JobRow;
  report: CollectedReport;
  /** Where the original lies already, which the report's row then takes. */
  original?: StoredObject;
}

export interface StoredReport {
  /** The data files that have its rows. */
  files: string[];
  report: BankReportRow;
  /** False for one that was there. */
  is_new: boolean;
}

/** Merges of the same files by others that are waited for. */
const ATTEMPTS = 8;

/**
 * Keeps a report byte for byte and merges its rows into the owner's data files. The same content again is the report that
 * is there, whose rows come back where a data file has lost them. Throws as `commitReport` does, 400 for an unreadable one, 409 for a file of other origin in its place, 413 beyond the limits or the
 * quota; then nothing of it stays.
 */
export async function storeReport(ctx: Context, input: ReportInput): Promise<StoredReport> {
  const { owner, origin, run = null, report } = input;
  const sha256 = createHash("sha256").update(report.content).digest("hex");
  const content = { owner, report: report.report, sha256 };
  const now = ctx.now();
  const readings = new Map<number, Report>();
  let fresh: BankReportRow | null = null;
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [known] = await findReportByContent(ctx.db, content);
      const received_at = known?.received_at ?? now;
      // Rows carry the day of their import: read on another one, they would be others.
      const read = readings.get(received_at) ?? (await readShaped(input, received_at));
      readings.set(received_at, read);
      const row: BankReportRow = known ?? (fresh ??= await keepOriginal(ctx, input, read, received_at));
      const merged = await commitReport(ctx, { owner, origin, run, row, read, is_new: !known });
      if (merged && fresh && known) await discardObject(ctx, fresh.object_key);
      if (merged) return { files: merged.data_files, report: merged, is_new: !known };
    }
    throw unavailable("The rows of this report are just being written by others", { retry_after: 5 });
  } catch (error) {
    // One that a row names by now stays.
    if (fresh) await discardObject(ctx, fresh.object_key);
    throw error;
  }
}

async function readShaped({ bank, report }: ReportInput, received_at: number): Promise<Report> {
  const recipe = bank === null ? undefined : findBank(bank);
  const { shape } = recipe?.reports.find(({ id }) => id === report.report) ?? {};
  const { filename, content_type, content } = report;
  const import_date = new Date(received_at).toISOString().slice(0, 10);
  const { readReport } = await loadLazily("reports");
  return readReport(content, { filename, content_type, shape, import_date });
}

/** The row of a report whose original is in the lake; nothing has been merged yet. */
async function keepOriginal(
  ctx: Context,
  input: ReportInput,
  { format, balances }: Report,
  received_at: number,
): Promise<BankReportRow> {
  const { owner, bank, origin, report } = input;
  const { content: bytes, content_type } = report;
  const id = crypto.randomUUID();
  const filename = originalName(report.filename);
  const path = `bank-reports/${id}/${filename}`;
  const object = input.original ?? (await putObject(ctx, { path, bytes, content_type, origin: originOf(owner) }));
  const { key: object_key, size_bytes, sha256 } = object;
  const facts = { id, owner, bank, report: report.report, filename, format, content_type, balances, origin };
  const none = { data_files: [], rows: 0, new_rows: 0 };
  return { ...facts, object_key, size_bytes, sha256, ...none, received_at };
}
