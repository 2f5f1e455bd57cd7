import type { Context } from "../../context.ts";
import { startOrJoinJob } from "../../platform/jobs/start.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { listRecentJobs } from "../../platform/jobs/job.store.ts";
import { downloadJob } from "./download.job.ts";
import { checkDownload, type DownloadParams, downloadSubject } from "./download-params.ts";
import { findSeries } from "./series.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";

const STATUS_HOURS = 24;
const STATUS_LIMIT = 1000;
/** Starts a download, or joins the live one of the same series. */
export async function startDownload(ctx: Context, params: DownloadParams): Promise<JobRow> {
  checkDownload(params, ctx.now());
  const market = canonicalMarket(params.market);
  const { exchange, timeframe } = params;
  const symbol = symbolKey(params.symbol);
  const [known] = await findSeries(ctx.db, {
    exchange: exchange.toUpperCase(),
    market,
    symbol,
    data_type: "raw",
    timeframe,
  });
  const subject = downloadSubject(exchange, market, known?.symbol ?? symbol, timeframe);
  const progress = { message: "Queued", fetched_rows: 0 };
  const { job } = await startOrJoinJob(ctx, downloadJob, params, { subject, progress });
  return job;
}

/** Downloads that are live or ended in the last day, keyed as the document shows; the newest of each series. */
export async function downloadStatus(ctx: Context) {
  const since = ctx.now() - STATUS_HOURS * 3_600_000;
  const rows = await listRecentJobs(ctx.db, downloadJob.type, since, STATUS_LIMIT);
  const entries = new Map<string, ReturnType<typeof statusEntry>>();
  for (const row of rows) {
    const params = downloadJob.params.parse(row.params);
    const key = statusKey(params);
    if (!entries.has(key)) entries.set(key, statusEntry(row, params));
  }
  return Object.fromEntries(entries);
}

function statusKey({ exchange, market, symbol, data_type, timeframe }: DownloadParams): string {
  const parts = [exchange.toLowerCase(), market.toLowerCase(), symbol, data_type];
  return (timeframe === "1m" ? parts : [...parts, timeframe]).join(":");
}

function statusEntry(row: JobRow, params: DownloadParams) {
  const message = row.status === "failed" ? `Error: ${row.errors.at(-1) ?? "unknown"}` : row.progress.message;
  return {
    // The document knows four states; a cancelled download has ended without its data.
    status: row.status === "cancelled" ? ("failed" as const) : row.status,
    exchange: params.exchange.toLowerCase(),
    market: params.market.toLowerCase(),
    symbol: params.symbol,
    data_type: params.data_type,
    timeframe: params.timeframe,
    message: row.status === "cancelled" ? "Cancelled" : String(message ?? ""),
    start_time: isoTime(row.started_at ?? row.created_at) ?? "",
    job_id: row.id,
  };
}
