import type { MarketListing } from "../../connectors/exchanges/listing.ts";
import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import type { RunningJob } from "../../platform/jobs/define.ts";
import { type DownloadParams, downloadRange, downloadSubject } from "./download-params.ts";
import { resolveSymbol } from "./exchanges.ts";
import type { Interval } from "./intervals.ts";
import { createSeries, findSeries } from "./series.store.ts";
import { canonicalMarket, printedSymbol, symbolKey } from "./symbols.ts";
import { collectedStep } from "./timeframes.ts";

/** What a download is about, and how far it is: the job's cursor. */
export interface DownloadPlan {
  series_id: number;
  listing: MarketListing;
  timeframe: string;
  /** Length of a candle in ms. */
  step: number;
  /** What is to be collected; ends before the candle that was forming when the job began. */
  range: Interval;
  listing_checked: boolean;
  /** A stretch of what was asked for that the exchange no longer offers. */
  unavailable: Interval | null;
  rows: number;
  pages: number;
}

/**
 * Finds out what the caller meant by the symbol and which stretch is wanted. Answers `adopted` when the job was
 * waiting under another spelling of the series: it then goes on, in a fresh slice, as the one live job of the series.
 */
export async function openDownloadPlan(
  ctx: Context,
  job: RunningJob<DownloadParams, DownloadPlan>,
): Promise<DownloadPlan | "adopted"> {
  const { exchange, timeframe } = job.params;
  const market = canonicalMarket(job.params.market);
  const step = collectedStep(timeframe);
  if (step === null) throw unprocessable([{ field: "timeframe", message: `Unsupported timeframe: ${timeframe}` }]);
  const listing = await resolveSymbol(ctx, exchange, market, job.params.symbol);
  const symbol = printedSymbol(listing);
  const subject = downloadSubject(exchange, market, symbol, timeframe);
  if (job.row.subject !== subject) {
    await job.adoptSubject(subject);
    return "adopted";
  }
  const identity = { exchange: exchange.toUpperCase(), market, symbol, data_type: "raw", timeframe };
  await createSeries(ctx.db, {
    ...identity,
    unified_symbol: listing.symbol,
    unified_key: symbolKey(listing.symbol),
    exchange_key: symbolKey(listing.exchange_symbol),
    created_at: ctx.now(),
  });
  const [series] = await findSeries(ctx.db, identity);
  if (!series) throw new Error(`Series ${subject} is neither there nor could it be created`);
  const range = downloadRange(job.params, step, ctx.now());
  return {
    series_id: series.id,
    listing,
    timeframe,
    step,
    range: { from: Math.max(range.from, series.listed_at ?? 0), to: range.to },
    unavailable: null,
    listing_checked: series.listed_at !== null,
    rows: 0,
    pages: 0,
  };
}
