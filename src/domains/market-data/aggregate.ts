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
  return (await aggregateSeries(ctx, series, input.timeframes)).job;
}

/** Starts aggregating a known series of minutes, or joins the live job. */
async function aggregateSeries(ctx: Context, series: SeriesRow, timeframes: AggregateInput["timeframes"] = AGGREGATES) {
  const subject = aggregateSubject(series);
  const params = { series_id: series.id, timeframes: [...new Set(timeframes)] };
  return startOrJoinJob(ctx, aggregateJob, params, { subject, progress: { message: "Queued" } });
}

/**
 * Where `AUTO_AGGREGATE` is on, has the changed minutes of a series aggregated. False when a live job may have read past
 * them: to be asked again once that has ended.
 */
export async function followMinutes(ctx: Context, series: SeriesRow): Promise<boolean> {
  if (!ctx.config.AUTO_AGGREGATE || series.data_type !== "raw" || series.timeframe !== "1m") return true;
  return (await aggregateSeries(ctx, series)).created;
}

/** The subject of the one job that makes all aggregates of a series of minutes. */
export const aggregateSubject = ({ exchange, market, symbol }: SeriesRow) =>
  downloadSubject(exchange, market, symbol, "1m", "agg");
