import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { countGaps, listCoverageOf, listGapsOf } from "./coverage.store.ts";
import { startDownloads } from "./download.ts";
import { mergeIntervals } from "./intervals.ts";
import { FUNDING } from "./series-columns.ts";
import { countSeries, findSeriesPage, type SeriesListFilter } from "./series.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";
import { typeOfMarket } from "../../connectors/exchanges/listing.ts";

/** Filters as a caller writes them, in any spelling. */
export interface CoverageFilter {
  series_ids?: number[] | undefined;
  exchange?: string | undefined;
  symbol?: string | undefined;
  market?: string | undefined;
  data_type?: string | undefined;
  timeframe?: string | undefined;
}

/** Stretches of one series that an answer names; a count says when there are more. */
const LISTED = 1000;
const MOST_REPAIRS = 1000;

/** What is known of each matching series: what was collected, and what is missing in it. */
export async function pageCoverage(ctx: Context, filter: CoverageFilter, page: { limit: number; offset: number }) {
  const stored = storedFilter(filter);
  const [rows, counts] = await ctx.db.batch([findSeriesPage(ctx.db, stored, page), countSeries(ctx.db, stored)]);
  const ids = rows.map(({ id }) => id);
  const [covered, gaps, gapCounts] = await ctx.db.batch([
    listCoverageOf(ctx.db, ids, LISTED),
    listGapsOf(ctx.db, ids, LISTED),
    countGaps(ctx.db, ids),
  ]);
  const ofSeries = <T extends { series_id: number }>(list: readonly T[], id: number) =>
    list.filter(({ series_id }) => series_id === id);
  const series = rows.map(({ id, listed_at, first, last, ...identity }) => ({
    series_id: id,
    ...identity,
    listed_at: isoTime(listed_at),
    first: isoTime(first),
    last: isoTime(last),
    intervals: mergeIntervals(ofSeries(covered, id)).map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
    gaps: ofSeries(gaps, id).map(({ from, to, state }) => ({ from: iso(from), to: iso(to), state })),
    gap_count: ofSeries(gapCounts, id)[0]?.gaps ?? 0,
  }));
  return { series, total: counts[0]?.total ?? 0 };
}

/**
 * Asks again for what is missing in each matching series: stretches between those that were collected, and gaps, those
 * without trades too. One job a series; a live download is joined. Throws 422 without a filter or for too many series.
 */
export async function repairCoverage(ctx: Context, filter: CoverageFilter) {
  if (Object.values(filter).every((value) => value === undefined)) {
    throw unprocessable([{ field: "series_ids", message: "or another filter is needed" }]);
  }
  const found = await findSeriesPage(ctx.db, storedFilter(filter), { limit: MOST_REPAIRS + 1, offset: 0 });
  if (found.length > MOST_REPAIRS) {
    throw unprocessable([{ field: "series_ids", message: `matches more than ${MOST_REPAIRS} series` }]);
  }
  const collected = found.filter(isCollected);
  const started = await startDownloads(ctx, collected.map(repairOf));
  return collected.map(({ id }, index) => ({
    series_id: id,
    job_id: started[index]?.job.id ?? "",
    joined: started[index]?.created === false,
  }));
}

const iso = (ms: number) => isoTime(ms) ?? "";

type SeriesItem = Awaited<ReturnType<typeof findSeriesPage>>[number];

/** Aggregates, ticks and files come from no exchange. */
function isCollected({ data_type, timeframe }: SeriesItem): boolean {
  return data_type === "raw" || (data_type === FUNDING.data_type && timeframe === FUNDING.timeframe);
}

function repairOf({ exchange, market, unified_symbol, data_type, timeframe }: SeriesItem) {
  const shared = { exchange: exchange.toLowerCase(), symbol: unified_symbol, market: typeOfMarket(market) };
  const mode = "repair" as const;
  if (data_type === "raw") return { ...shared, data_type: "raw" as const, timeframe, mode };
  return { ...shared, data_type: "funding" as const, timeframe: "1m", mode };
}

function storedFilter({
  series_ids,
  exchange,
  symbol,
  market,
  data_type,
  timeframe,
}: CoverageFilter): SeriesListFilter {
  return {
    ids: series_ids,
    exchange: exchange?.toUpperCase(),
    symbol_key: symbol === undefined ? undefined : symbolKey(symbol),
    market: market === undefined ? undefined : canonicalMarket(market),
    data_type,
    timeframe,
  };
}
