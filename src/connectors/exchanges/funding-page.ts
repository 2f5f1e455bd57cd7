import { upstreamFailed } from "../../errors.ts";
import { createRows, mergeRows, normalizeRows, sliceRows } from "../../formats/timed-rows.ts";
import type { CcxtExchange } from "./ccxt.ts";
import { malformed, translateError } from "./errors.ts";
import type { FundingQuirks } from "./funding-quirks.ts";

const COLUMNS = ["ts", "funding_rate"] as const;

/** Funding rates in memory; `ts` is the time of the payment, ms UTC. */
export type FundingRates = Record<(typeof COLUMNS)[number], Float64Array>;

export interface FundingQuery {
  /** Unified symbol. */
  symbol: string;
  /** First time wanted, ms UTC. */
  since: number;
  /** Time at which to stop, exclusive, ms UTC. */
  until: number;
}

export interface FundingPage {
  /** What the exchange gave inside `[since, until)`: ascending, one row per `ts`. */
  rates: FundingRates;
  /** Ms up to which, from `since` on, the answer shows all that there is; always after `since`, never after `until`. */
  covered_until: number;
  /** Ms before which the exchange gives no history at all, where that is after `since`; else null. */
  unavailable_until: number | null;
}

/** One market of an open exchange. */
export interface FundingSource {
  client: CcxtExchange;
  name: string;
  quirks: FundingQuirks;
  now(): number;
}

/** The usual time between two payments; where they come more often an answer is cut, and its front asked for again. */
const USUAL_INTERVAL_MS = 8 * 3_600_000;
/** An answer that ends later than this before now is taken to reach the present. */
const PRESENT_MS = 2 * 86_400_000;
const LONGEST_FRONT = 50;

/** One page from `since` on, and what it proves; see `FundingPage`. */
export async function fetchFundingRates(source: FundingSource, query: FundingQuery): Promise<FundingPage> {
  const { quirks, now } = source;
  const { until } = query;
  const since = Math.max(query.since, quirks.reach === null ? 0 : now() - quirks.reach);
  if (since >= until) return { rates: createRows(COLUMNS, 0), covered_until: until, unavailable_until: until };
  const newest = quirks.keeps === "newest";
  const end = newest ? Math.min(until, since + quirks.page_size * USUAL_INTERVAL_MS) : until;
  const given = await fillFront(source, { ...query, since, until: end });
  const rates = sliceRows(given, since, until);
  const history = Math.min(until, startOfHistory(given, { since, until: end, now: now() }));
  const last = rates.ts.at(-1);
  const beyond = (given.ts.at(-1) ?? -Infinity) >= until;
  return {
    rates,
    // Rates prove the time up to the last of them, for an answer may be cut; one without any proves its window empty.
    covered_until: beyond ? until : last === undefined ? end : last + 1,
    unavailable_until: history > query.since ? history : null,
  };
}

/** An answer that goes beyond its window, begins late and reaches the present is all that the exchange still has. */
function startOfHistory({ ts }: FundingRates, window: { since: number; until: number; now: number }): number {
  const [first = window.since, last = 0] = [ts[0], ts.at(-1)];
  const ignoresWindow = last >= window.until && last >= window.now - PRESENT_MS;
  return ignoresWindow ? first : window.since;
}

/** Where the newest rates survive a cut, what lies before the first is asked for until there is nothing. */
async function fillFront(source: FundingSource, query: FundingQuery): Promise<FundingRates> {
  let rates = await ask(source, query);
  if (source.quirks.keeps === "oldest") return rates;
  for (let round = 0; round < LONGEST_FRONT; round++) {
    const [first, last] = [rates.ts[0], rates.ts.at(-1)];
    if (first === undefined || last === undefined || first <= query.since || last >= query.until) return rates;
    const earlier = sliceRows(await ask(source, { ...query, until: first }), query.since, first);
    if (earlier.ts.length === 0) return rates;
    rates = mergeRows(earlier, rates);
  }
  throw upstreamFailed(`${source.name} gives too few funding rates at once`);
}

/** One request: what the exchange answers from `since` on, ascending, which may reach past `until`. */
async function ask({ client, name, quirks }: FundingSource, { symbol, since, until }: FundingQuery) {
  const answer = client.fetchFundingRateHistory(symbol, since, quirks.page_size, quirks.bound(until));
  const records = await answer.catch((error: unknown) => {
    throw translateError(error, name, symbol);
  });
  // A payment that is announced has no rate yet.
  const paid = records.filter(({ fundingRate }) => fundingRate !== undefined);
  const rates = createRows(COLUMNS, paid.length);
  paid.forEach(({ timestamp, fundingRate }, index) => {
    if (!Number.isSafeInteger(timestamp) || !Number.isFinite(fundingRate)) throw malformed(name);
    rates.ts[index] = Number(timestamp);
    rates.funding_rate[index] = Number(fundingRate);
  });
  return sliceRows(normalizeRows(rates), since, Infinity);
}
