import type { Context } from "../../context.ts";
import { cancelJobsOfSubject } from "../../platform/jobs/control.ts";
import { deleteEntries, deleteSeries, findEntriesOfHistory, findSeriesOfHistory } from "./dataset.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";

interface HistoryInput {
  exchange_id: string;
  market_id: string;
  symbol: string;
  /** A type of market data, or the name of a feature set; all market data and no feature when absent. */
  data_type?: string | undefined;
}

const MARKET_DATA = ["raw", "agg", "ticks", "alt"];

/**
 * Removes what the lake has of a symbol on one market, and what downloads know of it; live ones are cancelled first.
 * Features go only when their set is named. Nothing found is no error.
 */
export async function deleteHistory(ctx: Context, { exchange_id, market_id, symbol, data_type }: HistoryInput) {
  const symbol_key = symbolKey(symbol);
  const place = { exchange: exchange_id.toUpperCase(), market: canonicalMarket(market_id), symbol_key };
  const features = data_type !== undefined && !MARKET_DATA.includes(data_type);
  const series = features ? [] : await findSeriesOfHistory(ctx.db, { ...place, data_type });
  const spellings = new Set([symbol_key, ...series.map((row) => row.symbol)]);
  for (const spelling of features ? [] : spellings) {
    const type = data_type === undefined ? "" : `${data_type}:`;
    await cancelJobsOfSubject(ctx, `download:${place.exchange}:${place.market}:${spelling}:${type}`);
  }
  const found = await findEntriesOfHistory(ctx.db, { ...place, type: data_type }, features);
  const ids = found.map(({ id }) => id);
  await ctx.db.batch([
    ...deleteEntries(ctx.db, ids, ctx.now()),
    ...deleteSeries(
      ctx.db,
      series.map(({ id }) => id),
    ),
  ]);
  return { deleted_entries: ids.length, deleted_files: ids.length };
}
