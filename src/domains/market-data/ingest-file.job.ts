import { z } from "@hono/zod-openapi";
import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import type { CsvRows } from "../../formats/csv.ts";
import { defineJob, done, resume, type RunningJob } from "../../platform/jobs/define.ts";
import { discardObject } from "../../platform/storage/stream-writer.ts";
import { describeBadRows } from "./ingest-file-report.ts";
import { type FileScan, newScan, scanFile } from "./ingest-file-scan.ts";
import { type CsvPosition, readCsv } from "./ingest-file-source.ts";
import { openFileTarget, type FileTarget } from "./ingest-file-target.ts";

export const ingestFileParams = z.object({
  exchange: z.string(),
  market: z.string(),
  symbol: z.string(),
  unified_symbol: z.string(),
  data_type: z.enum(["raw", "ticks", "agg", "alt"]),
  timeframe: z.string(),
  object_key: z.string(),
  size_bytes: z.number(),
  /** The file was uploaded for this job and goes when it has been read. */
  temporary: z.boolean(),
});
export type IngestFileParams = z.output<typeof ingestFileParams>;

/** How far the job is: first the whole file is read through, then its rows are stored. */
interface IngestCursor {
  scan: FileScan;
  /** Null while the file is read through. */
  write: (CsvPosition & { rows: number; paths: string[] }) | null;
}

type IngestRun = RunningJob<IngestFileParams, IngestCursor>;

/** Rows in memory before they are merged into the monthly files. */
const ROWS_A_FLUSH = 100_000;
const PATHS_IN_RESULTS = 1000;

/** Reads a CSV file of the lake into the monthly files of one series. */
export const ingestFileJob = defineJob<typeof ingestFileParams, IngestCursor>({
  type: "ingest-file",
  version: 1,
  domain: "market-data",
  queue: "ingestion",
  params: ingestFileParams,
  async run(ctx, job) {
    const stored = await ctx.lake.head(job.params.object_key);
    if (!stored) throw notFound("Source file not found");
    const cursor = job.cursor ?? { scan: await newScan(ctx, job.params, job.params.data_type), write: null };
    if (!cursor.write) {
      const scan = await scanFile(ctx, job.params, cursor.scan, async (position) => {
        await job.progress(progressOf(job, position.offset, "Reading the file..."));
        return job.outOfTime();
      });
      if (!scan.finished) return resume({ scan, write: null });
      cursor.scan = scan;
      cursor.write = { offset: scan.dialect.data_offset, line: scan.dialect.data_line, rows: 0, paths: [] };
    }
    if (!(await writeRows(ctx, job, cursor))) return resume(cursor);
    if (job.params.temporary) await discardObject(ctx, job.params.object_key);
    return done(resultsOf(job.params, cursor));
  },
});

/** Stores the rows from the cursor on; false when the slice is over before the file is. */
async function writeRows(ctx: Context, job: IngestRun, cursor: IngestCursor): Promise<boolean> {
  const target = await openFileTarget(ctx, job.id, job.params, (statements) => job.commit(statements, { cursor }));
  while (cursor.write && cursor.write.offset < job.params.size_bytes) {
    const { pieces, row_count, next } = await collectRows(ctx, job.params, cursor.scan, target, cursor.write);
    if (row_count === 0) return true;
    const { rows, paths } = cursor.write;
    await target.store(pieces, async (statements, written) => {
      cursor.write = { ...next, rows: rows + row_count, paths: [...new Set([...paths, ...written])] };
      await job.commit(statements, {
        cursor,
        progress: progressOf(job, next.offset, `Stored ${rows + row_count} rows...`),
      });
    });
    if (job.outOfTime() && next.offset < job.params.size_bytes) return false;
  }
  return true;
}

/** Rows from a position on, as many as are stored together. */
async function collectRows(
  ctx: Context,
  file: IngestFileParams,
  scan: FileScan,
  target: FileTarget,
  from: CsvPosition,
) {
  const pieces: CsvRows[] = [];
  let row_count = 0;
  let end = from;
  for await (const { rows, offset, next } of readCsv(ctx, file, scan.dialect, scan.columns, from)) {
    const full = row_count + rows.row_count >= ROWS_A_FLUSH && next.offset < file.size_bytes;
    end = full && !target.candles ? holdBack(rows, offset, next) : next;
    target.dropLate(rows);
    pieces.push(rows);
    row_count += rows.row_count;
    if (full) break;
  }
  return { pieces, row_count, next: end };
}

/**
 * Ends a batch of ticks before the last instant of it: equal trades of one instant are told from a second reading of
 * one trade only while they are together.
 */
function holdBack(rows: CsvRows, offset: number, next: CsvPosition): CsvPosition {
  const ts = rows.columns.get("ts");
  if (!(ts instanceof Float64Array)) return next;
  let kept = rows.row_count;
  while (kept > 0 && ts[kept - 1] === ts[rows.row_count - 1]) kept -= 1;
  if (kept === 0) return next;
  const position = { offset: offset + (rows.starts[kept] ?? 0), line: rows.lines[kept] ?? next.line };
  rows.row_count = kept;
  return position;
}

function progressOf({ params }: IngestRun, offset: number, message: string) {
  return { message, processed_resources: offset, total_resources: params.size_bytes };
}

function resultsOf({ exchange, symbol }: IngestFileParams, { scan, write }: IngestCursor) {
  const { report, ignored } = scan;
  const files = write?.paths ?? [];
  const into = `${files.length} ${files.length === 1 ? "file" : "files"}`;
  const extra = ignored.length > 0 ? `; ignored columns: ${ignored.join(", ")}` : "";
  return {
    message: `Ingested ${report.row_count} rows of ${symbol} from ${exchange} into ${into}${describeBadRows(report)}${extra}`,
    rows: report.row_count,
    bad_row_count: report.bad_row_count,
    bad_rows: report.bad_rows,
    ignored_columns: ignored,
    files: files.slice(0, PATHS_IN_RESULTS),
  };
}
