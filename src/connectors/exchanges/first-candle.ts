import { ask, type CandleSource, firstReachable, stepOf } from "./candle-page.ts";
import { pageSize } from "./quirks.ts";

/** Before the first exchange opened. */
const EARLIEST = Date.UTC(2010, 0, 1);
const DAY = "1d";

/**
 * Opening time of the first candle, ms, or null: asked for directly where the exchange answers that, else looked for
 * among days first and then within the day.
 */
export async function findFirstCandle(source: CandleSource, timeframe: string): Promise<number | null> {
  const { quirks, listing, now } = source;
  const step = stepOf(source, timeframe);
  if (quirks.since_zero && !listing.inverse)
    return (await ask(source, timeframe, { since: 0, until: now(), limit: 1 })).ts[0] ?? null;
  if (quirks.reach !== null) return firstIn(source, timeframe, firstReachable(source, step));
  if (step >= stepOf(source, DAY) || !source.offered.includes(DAY)) return search(source, timeframe);
  const day = await search(source, DAY);
  if (day === null) return null;
  const size = pageSize(source.quirks, source.listing.market) * step;
  const around = stepOf(source, DAY);
  // Days of some exchanges begin at their own midnight, and some leave out the day that was not whole.
  for (let since = day - around; since < day + around; since += size) {
    const first = await firstIn(source, timeframe, since);
    if (first !== null) return first;
  }
  return day;
}

/** The first candle of one page from `since` on. */
async function firstIn(source: CandleSource, timeframe: string, since: number): Promise<number | null> {
  const limit = pageSize(source.quirks, source.listing.market);
  const until = Math.min(source.now() + 1, since + limit * stepOf(source, timeframe));
  let first: number | null = null;
  // Where the newest candles survive a cut, the front of the page has to be asked for again.
  for (let end = until; ; end = first) {
    const found = (await ask(source, timeframe, { since, until: end, limit })).ts[0];
    if (found === undefined || (first !== null && found >= first)) return first;
    first = found;
    if (source.quirks.keeps === "oldest") return first;
  }
}

/** Halves the pages of history between those before the listing and those after it; a delisted market needs all of them. */
async function search(source: CandleSource, timeframe: string): Promise<number | null> {
  const size = pageSize(source.quirks, source.listing.market) * stepOf(source, timeframe);
  const pages = Math.ceil((source.now() - EARLIEST) / size);
  const look = (page: number) => firstIn(source, timeframe, EARLIEST + page * size);
  let low = 0;
  let high = pages;
  let found: number | null = null;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const first = await look(middle);
    if (first !== null) found = first;
    if (first === null) low = middle + 1;
    else high = middle;
  }
  for (let page = 0; page < pages && found === null; page++) found = await look(page);
  return found;
}
