import type { MarketListing } from "../../connectors/exchanges/listing.ts";
import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import type { RunningJob } from "../../platform/jobs/define.ts";
import { listCoverage, reopenGaps } from "./coverage.store.ts";
import { type DownloadParams, downloadRange, downloadSubject, storedAs } from "./download-params.ts";
import { resolveSymbol } from "./exchanges.ts";
import type { Interval } from "./intervals.ts";
import { createSeries, findSeries, type SeriesRow } from "./series.store.ts";
import { canonicalMarket, printedSymbol, symbolKey } from "./symbols.ts";
import { collectedStep } from "./timeframes.ts";

/** What a download is about, and how far it is: the job's cursor. */
export interface DownloadPlan {
  series_id: number;
  listing: MarketListing;
  timeframe: string;
  /** Length of a candle in ms; null for funding rates. */
  step: number | null;
  /** What is to be collected; ends before the candle that was forming when the job began. */
  range: Interval;
  listing_checked: boolean;
  /** A stretch of what was asked for that the exchange no longer offers. */
  unavailable: Interval | null;
  rows: number;
  pages: number;
}

type DownloadRun = RunningJob<DownloadParams, DownloadPlan>;

/**
 * Finds out what the caller meant by the symbol and which stretch is wanted. Answers `adopted` when the job was
 * waiting under another spelling of the series: it then goes on, in a fresh slice, as the one live job of the series.
 */
export async function openDownloadPlan(ctx: Context, job: DownloadRun): Promise<DownloadPlan | "adopted"> {
  const { exchange } = job.params;
  const { data_type, timeframe } = storedAs(job.params);
  const market = canonicalMarket(job.params.market);
  const step = stepOf(job.params);
  const listing = await resolveSymbol(ctx, exchange, market, job.params.symbol);
  const symbol = printedSymbol(listing);
  const subject = downloadSubject(exchange, market, symbol, timeframe, data_type);
  if (job.row.subject !== subject) {
    await job.adoptSubject(subject);
    return "adopted";
  }
  const identity = { exchange: exchange.toUpperCase(), market, symbol, data_type, timeframe };
  await createSeries(ctx.db, {
    ...identity,
    unified_symbol: listing.symbol,
    unified_key: symbolKey(listing.symbol),
    exchange_key: symbolKey(listing.exchange_symbol),
    created_at: ctx.now(),
  });
  const [series] = await findSeries(ctx.db, identity);
  if (!series) throw new Error(`Series ${subject} is neither there nor could it be created`);
  const range = await planRange(ctx, job.params, series, step);
  const plan = {
    series_id: series.id,
    listing,
    timeframe,
    step,
    range,
    unavailable: null,
    listing_checked: series.listed_at !== null,
    rows: 0,
    pages: 0,
  };
  if (job.params.mode === "repair") await job.commit([reopenGaps(ctx.db, series.id)], { cursor: plan });
  return plan;
}

function stepOf({ data_type, timeframe }: DownloadParams): number | null {
  if (data_type === "funding") return null;
  const step = collectedStep(timeframe);
  if (step === null) throw unprocessable([{ field: "timeframe", message: `Unsupported timeframe: ${timeframe}` }]);
  return step;
}

/** What was asked for, or, of a series that is to be updated or repaired, what follows from its coverage. */
async function planRange(
  ctx: Context,
  params: DownloadParams,
  series: SeriesRow,
  step: number | null,
): Promise<Interval> {
  const asked = downloadRange(params, step, ctx.now());
  const covered = params.mode === undefined ? [] : await listCoverage(ctx.db, series.id);
  const [first, last] = [covered[0], covered.at(-1)];
  const listed = series.listed_at ?? 0;
  if (first && last && params.mode === "repair") return { from: Math.max(first.from, listed), to: last.to };
  const from = first && params.start_date === undefined ? first.from : asked.from;
  return { from: Math.max(from, listed), to: asked.to };
}
