import { z } from "@hono/zod-openapi";
import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import type { CsvRows } from "../../formats/csv.ts";
import { defineJob, done, resume, type RunningJob, type SliceOutcome } from "../../platform/jobs/define.ts";
import { discardObject } from "../../platform/storage/stream-writer.ts";
import { followMinutes } from "./aggregate.ts";
import { findEarlierRows, holdBack, latestTime } from "./ingest-file-repeats.ts";
import { describeBadRows } from "./ingest-file-report.ts";
import { type FileScan, newScan, scanFile } from "./ingest-file-scan.ts";
import { type CsvPosition, readCsv } from "./ingest-file-source.ts";
import { openFileTarget, type FileTarget } from "./ingest-file-target.ts";
import { findSeries } from "./series.store.ts";

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

/** How far the job is: first the whole file is read through, then its rows are stored; `latest` is a `ts` in ms. */
interface IngestCursor {
  scan: FileScan;
  /** Null while the file is read through. */
  write: (CsvPosition & { rows: number; paths: string[]; latest: number | null }) | null;
}

type IngestRun = RunningJob<IngestFileParams, IngestCursor>;

/** Rows in memory before they are merged into the monthly files. */
const ROWS_A_FLUSH = 100_000;
const PATHS_IN_RESULTS = 1000;
/** After so long the job looks again whether the aggregation that was live has ended. */
const AGGREGATE_SECONDS = 5;

/** Reads a CSV file of the lake into the monthly files of one series. */
export const ingestFileJob = defineJob<typeof ingestFileParams, IngestCursor>({
  type: "ingest-file",
  version: 1,
  domain: "market-data",
  queue: "ingestion",
  params: ingestFileParams,
  async run(ctx, job) {
    if (job.cursor?.write && job.cursor.write.offset >= job.params.size_bytes) return finish(ctx, job, job.cursor);
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
      cursor.write = {
        offset: scan.dialect.data_offset,
        line: scan.dialect.data_line,
        rows: 0,
        paths: [],
        latest: null,
      };
    }
    if (!(await writeRows(ctx, job, cursor))) return resume(cursor);
    return finish(ctx, job, cursor);
  },
});

/** Everything is stored. The cursor says so before the file goes, for a next attempt would look for it in vain. */
async function finish(ctx: Context, job: IngestRun, cursor: IngestCursor): Promise<SliceOutcome> {
  const { params } = job;
  if (cursor.write) cursor.write.offset = params.size_bytes;
  await job.commit([], { cursor });
  if (params.temporary) await discardObject(ctx, params.object_key);
  const [series] = await findSeries(ctx.db, params);
  if (series && !(await followMinutes(ctx, series))) return resume(cursor, AGGREGATE_SECONDS);
  return done(resultsOf(params, cursor));
}

/** Stores the rows from the cursor on; false when the slice is over before the file is. */
async function writeRows(ctx: Context, job: IngestRun, cursor: IngestCursor): Promise<boolean> {
  const target = await openFileTarget(ctx, job.id, job.params, (statements) => job.commit(statements, { cursor }));
  while (cursor.write && cursor.write.offset < job.params.size_bytes) {
    const { pieces, row_count, next } = await collectRows(ctx, job.params, cursor.scan, target, cursor.write);
    if (row_count === 0) return true;
    const { rows, paths, latest, ...end } = cursor.write;
    const stored = target.candles ? [] : await findEarlierRows(ctx, job.params, cursor.scan, { pieces, end, latest });
    await target.store({ pieces, stored }, async (statements, written) => {
      const known = { paths: [...new Set([...paths, ...written])], latest: latestTime(pieces, latest) };
      cursor.write = { ...next, ...known, rows: rows + row_count };
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
