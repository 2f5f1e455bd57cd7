import type { Context } from "../../context.ts";
import type { CsvColumn } from "../../formats/csv.ts";
import type { CsvDialect } from "../../formats/csv-dialect.ts";
import { checkReport, emptyReport, type FileReport, reportRows } from "./ingest-file-report.ts";
import { type CsvPosition, type CsvSource, openCsv, readCsv } from "./ingest-file-source.ts";
import type { DataType } from "./tables.ts";

/** What is known of a file before any of its rows is stored. */
export interface FileScan extends CsvPosition {
  dialect: CsvDialect;
  columns: CsvColumn[];
  ignored: string[];
  report: FileReport;
  finished: boolean;
}

/** A scan that has read the header only. */
export async function newScan(ctx: Context, source: CsvSource, data_type: DataType): Promise<FileScan> {
  const { dialect, columns, ignored } = await openCsv(ctx, source, data_type);
  const position = { offset: dialect.data_offset, line: dialect.data_line };
  return { ...position, dialect, columns, ignored, report: emptyReport(), finished: false };
}

/**
 * Reads the file through without storing anything, until `pause` says so after a window. Throws `unprocessable` when
 * it mixes times or has no good row at all.
 */
export async function scanFile(
  ctx: Context,
  source: CsvSource,
  scan: FileScan,
  pause: (position: CsvPosition) => Promise<boolean>,
): Promise<FileScan> {
  let { report } = scan;
  for await (const { rows, next } of readCsv(ctx, source, scan.dialect, scan.columns, scan)) {
    report = reportRows(report, rows, ctx.now());
    if (next.offset < source.size_bytes && (await pause(next))) return { ...scan, ...next, report };
  }
  checkReport(report);
  return { ...scan, report, finished: true };
}
