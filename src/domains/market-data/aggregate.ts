import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import type { JobRow } from "../../platform/jobs/define.ts";
import { startOrJoinJob } from "../../platform/jobs/start.ts";
import { AGGREGATES, aggregateJob } from "./aggregate.job.ts";
import { downloadSubject } from "./download-params.ts";
import { findSeries, type SeriesRow } from "./series.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";

export interface AggregateInput {
  exchange: string;
  symbol: string;
  market: string;
  timeframes?: readonly (typeof AGGREGATES)[number][] | undefined;
}

/** Starts aggregating the minutes of a series, or joins the live job; throws 404 when there are none. */
export async function startAggregate(ctx: Context, input: AggregateInput): Promise<JobRow> {
  const [series] = await findSeries(ctx.db, {
    exchange: input.exchange.toUpperCase(),
    market: canonicalMarket(input.market),
    symbol: symbolKey(input.symbol),
    data_type: "raw",
    timeframe: "1m",
  });
  if (!series) throw notFound(`No 1m raw data found for ${input.symbol} on ${input.exchange}`);
  return aggregateSeries(ctx, series, input.timeframes);
}

/** As above, for a series of minutes that is known. */
export async function aggregateSeries(
  ctx: Context,
  series: SeriesRow,
  timeframes = AGGREGATES as AggregateInput["timeframes"],
) {
  const { exchange, market, symbol } = series;
  const subject = downloadSubject(exchange, market, symbol, "1m", "agg");
  const params = { series_id: series.id, timeframes: [...new Set(timeframes)] };
  const { job } = await startOrJoinJob(ctx, aggregateJob, params, { subject, progress: { message: "Queued" } });
  return job;
}
