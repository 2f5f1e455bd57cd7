import type { Context } from "../../context.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { startJobs } from "../../platform/jobs/slots.ts";
import { downloadJob } from "./download.job.ts";
import { type DownloadOutcome, listDownloadOutcomes } from "./download.store.ts";
import {
  checkDownload,
  type DownloadParams,
  type DownloadRequest,
  downloadSubject,
  storedAs,
  wantsCandles,
  wantsFunding,
} from "./download-params.ts";
import { FUNDING } from "./series-columns.ts";
import { findPrintedSymbols, type SeriesIdentity } from "./series.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";

const STATUS_HOURS = 24;

/** Starts the download of one kind of rows, or joins the live one of the same series. */
export async function startDownload(ctx: Context, request: DownloadRequest): Promise<JobRow> {
  const [job] = await startRequested(ctx, request);
  if (!job) throw new Error("A request starts or joins at least one download");
  return job;
}

/**
 * Starts what one request asks for: a download, or two, candles first, when both candles and funding rates are wanted.
 * Throws 422 naming the fields of a request that no exchange could answer.
 */
export async function startRequested(ctx: Context, request: DownloadRequest): Promise<JobRow[]> {
  checkDownload(request, ctx.now());
  return (await startDownloads(ctx, [request])).map(({ job }) => job);
}

/** Starts many downloads at once, or joins those of live series; every request must have been checked. */
export async function startDownloads(ctx: Context, requests: readonly DownloadRequest[]) {
  const started = await withSubjects(ctx, requests.flatMap(splitRequest));
  const distinct = new Map(started.map((download) => [download.subject, download]));
  return startJobs(ctx, downloadJob, [...distinct.values()]);
}

/** The one or two downloads that a request means, candles first. */
function splitRequest(request: DownloadRequest): DownloadParams[] {
  const candles = { ...request, data_type: "raw" as const };
  const funding = { ...request, data_type: "funding" as const };
  return [...(wantsCandles(request) ? [candles] : []), ...(wantsFunding(request) ? [funding] : [])];
}

/** Each download with the subject of its series, under whatever spelling the series is known. */
async function withSubjects(ctx: Context, downloads: readonly DownloadParams[]) {
  const known = await findPrintedSymbols(ctx.db, downloads.map(spellingOf));
  const printed = new Map(known.map(({ position, symbol }) => [position, symbol]));
  return downloads.map((params, position) => {
    const { exchange, market, symbol, data_type, timeframe } = spellingOf(params);
    const name = printed.get(position) ?? symbol;
    return { params, subject: downloadSubject(exchange, market, name, timeframe, data_type) };
  });
}

function spellingOf(params: DownloadParams): SeriesIdentity {
  const { exchange, market, symbol } = params;
  return {
    exchange: exchange.toUpperCase(),
    market: canonicalMarket(market),
    symbol: symbolKey(symbol),
    ...storedAs(params),
  };
}

/** Downloads that are live or ended in the last day, keyed as the document shows; the newest of each series. */
export async function downloadStatus(ctx: Context) {
  const since = ctx.now() - STATUS_HOURS * 3_600_000;
  const rows = await listDownloadOutcomes(ctx.db, downloadJob.type, since);
  const entries = new Map<string, ReturnType<typeof statusEntry>>();
  for (const row of rows) {
    const params = downloadJob.params.parse(JSON.parse(row.params));
    const key = statusKey(params);
    if (!entries.has(key)) entries.set(key, statusEntry(row, params));
  }
  return Object.fromEntries(entries);
}

/** Minutes and funding rates go without a timeframe, as the document prints them. */
function statusKey(params: DownloadParams): string {
  const { exchange, market, symbol, data_type } = params;
  const { timeframe } = storedAs(params);
  const parts = [exchange.toLowerCase(), market.toLowerCase(), symbol, data_type];
  return (timeframe === "1m" || timeframe === FUNDING.timeframe ? parts : [...parts, timeframe]).join(":");
}

function statusEntry(row: DownloadOutcome, params: DownloadParams) {
  return {
    // The document knows four states; a cancelled download has ended without its data.
    status: row.status === "cancelled" ? ("failed" as const) : row.status,
    exchange: params.exchange.toLowerCase(),
    market: params.market.toLowerCase(),
    symbol: params.symbol,
    data_type: params.data_type,
    timeframe: storedAs(params).timeframe,
    message: statusMessage(row),
    // Whole seconds, as the document prints them.
    start_time: isoTime(row.started_at ?? row.created_at)?.replace(/\.\d+Z$/, "Z") ?? "",
    job_id: row.id,
  };
}

function statusMessage({ status, progress, result, error }: DownloadOutcome): string {
  if (status === "cancelled") return "Cancelled";
  if (status === "failed") return `Error: ${error ?? "unknown"}`;
  return (status === "completed" ? result : progress) ?? "";
}
