import { upstreamFailed } from "../../errors.ts";
import {
  type Candles,
  candlesFromRows,
  createCandles,
  mergeCandles,
  normalizeCandles,
  sliceCandles,
} from "../../formats/candles.ts";
import type { CcxtCandle, CcxtExchange } from "./ccxt.ts";
import { malformed, translateError } from "./errors.ts";
import type { CandlePage } from "./exchange.ts";
import type { MarketListing } from "./listing.ts";
import { pageSize, type Quirks } from "./quirks.ts";

/** One market of an open exchange. */
export interface CandleSource {
  client: CcxtExchange;
  name: string;
  quirks: Quirks;
  listing: MarketListing;
  /** Timeframes the exchange has. */
  offered: string[];
  now(): number;
}

interface Window {
  since: number;
  until: number;
  limit?: number;
}

const LONGEST_FRONT = 50;

/** One page from `since` on, and what it proves; see `CandlePage`. */
export async function fetchCandles(source: CandleSource, timeframe: string, window: Window): Promise<CandlePage> {
  const { until } = window;
  const step = stepOf(source, timeframe);
  const since = Math.max(window.since, firstReachable(source, step));
  if (since >= until) return { candles: createCandles(0), covered_until: until, unavailable_until: until };
  const most = Math.min(window.limit ?? Infinity, pageSize(source.quirks, source.listing.market));
  const end = Math.min(until, since + most * step);
  // Without an upper bound a small limit may mean the newest few.
  const limit = source.quirks.until ? Math.ceil((end - since) / step) : most;
  const given = await fillFront(source, timeframe, { since, until: end, limit });
  const candles = sliceCandles(given, since, until);
  const history = Math.min(until, startOfHistory(source, given, since, step));
  return {
    candles,
    covered_until: provenUntil(given, candles, { end, until, step }),
    unavailable_until: history > window.since ? history : null,
  };
}

/** Without an upper bound, an answer that begins late and reaches the present is all that the exchange still has. */
function startOfHistory({ quirks, now }: CandleSource, given: Candles, since: number, step: number): number {
  const first = given.ts[0] ?? since;
  const reachesPresent = (given.ts.at(-1) ?? 0) >= now() - 2 * step;
  return !quirks.until && reachesPresent && first >= since + step ? first : since;
}

/**
 * Rows prove the time up to the last of them: an exchange may cut an answer short anywhere. Only an answer without rows
 * proves its window empty, and a row after `until` proves that nothing was cut before.
 */
function provenUntil(
  given: Candles,
  inside: Candles,
  { end, until, step }: { end: number; until: number; step: number },
) {
  if ((given.ts.at(-1) ?? -Infinity) >= until) return until;
  const last = inside.ts.at(-1);
  return last === undefined ? end : Math.min(until, last + step);
}

/** Where the newest candles survive a cut, what lies before the first is asked for until there is nothing. */
async function fillFront(source: CandleSource, timeframe: string, window: Required<Window>): Promise<Candles> {
  let candles = await ask(source, timeframe, window);
  if (source.quirks.keeps === "oldest") return candles;
  for (let round = 0; round < LONGEST_FRONT; round++) {
    const first = candles.ts[0];
    const step = stepOf(source, timeframe);
    if (first === undefined || first >= window.until || first - step < window.since) return candles;
    const earlier = sliceCandles(await ask(source, timeframe, { ...window, until: first }), window.since, first);
    if (earlier.ts.length === 0) return candles;
    candles = mergeCandles(earlier, candles);
  }
  throw upstreamFailed(`${source.name} gives too few candles at once`);
}

/** One request: what the exchange answers from `since` on, ascending, which may reach past `until`. */
export async function ask(source: CandleSource, timeframe: string, { since, until, limit }: Window): Promise<Candles> {
  const { client, name, quirks, listing } = source;
  const bound = quirks.until ? { until: until - 1 } : {};
  const most = quirks.limit ? limit : undefined;
  const rows = await client.fetchOHLCV(listing.symbol, timeframe, since, most, bound).catch((error: unknown) => {
    throw translateError(error, name, listing.symbol);
  });
  if (!rows.every(isCandle)) throw malformed(name);
  const candles = normalizeCandles(candlesFromRows(rows));
  return sliceCandles(candles, since, Infinity);
}

/** Length of a candle in ms. */
export const stepOf = ({ client }: CandleSource, timeframe: string) => client.parseTimeframe(timeframe) * 1000;

/** Opening time of the oldest candle that the exchange answers for, counting the one that is forming; ms. */
export function firstReachable({ quirks, now }: CandleSource, step: number): number {
  return quirks.reach === null ? 0 : (Math.floor(now() / step) - quirks.reach + 1) * step;
}

/** Six figures; some exchanges leave the volume out. */
function isCandle(row: CcxtCandle): boolean {
  row[5] ??= 0;
  return row.slice(0, 6).every((figure) => Number.isFinite(figure));
}
