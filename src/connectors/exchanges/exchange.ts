import type { Candles } from "../../formats/candles.ts";
import { notFound } from "../../errors.ts";
import type { ConnectorIo } from "../connector.ts";
import { fetchCandles } from "./candle-page.ts";
import { type CcxtExchange, createClient } from "./ccxt.ts";
import { malformed, translateError, unknownSymbol, unsupportedTimeframe } from "./errors.ts";
import { exchangeById } from "./exchange-list.ts";
import { findFirstCandle } from "./first-candle.ts";
import { fetchFundingRates, type FundingPage, type FundingQuery } from "./funding-page.ts";
import { fundingQuirksOf } from "./funding-quirks.ts";
import type { MarketListing } from "./listing.ts";
import { fromCcxtMarket, toCcxtMarket } from "./markets.ts";
import { quirksOf } from "./quirks.ts";
import { moveUrls } from "./urls.ts";
import { watchFetch } from "./watched-fetch.ts";

export interface CandleQuery {
  /** Unified symbol. */
  symbol: string;
  timeframe: string;
  /** First opening time wanted, ms UTC. */
  since: number;
  /** Opening time at which to stop, exclusive, ms UTC. */
  until: number;
  /** Fewer candles at once than the exchange would give. */
  limit?: number;
}

export interface CandlePage {
  /** What the exchange gave inside `[since, until)`: ascending, one row per `ts`; the open candle is not left out. */
  candles: Candles;
  /** Ms up to which, from `since` on, the answer shows all that there is; always after `since`, never after `until`. */
  covered_until: number;
  /** Ms before which the exchange gives no history at all, where that is after `since`; else null. */
  unavailable_until: number | null;
}

/** One exchange, spoken to with one `io`; throws `AppError`s that say whether trying again can help. */
export interface Exchange {
  id: string;
  name: string;
  /** Timeframes of its candles; empty where it tells them only when asked. */
  timeframes: readonly string[];
  /** Every market the exchange lists, read from it now. */
  markets(): Promise<MarketListing[]>;
  /** Makes known what was listed before, so that candles need no reading of the list. */
  setMarkets(listings: readonly MarketListing[]): void;
  /** One page of candles. Throws `notFound` for a symbol that is not listed, `unprocessable` for a timeframe. */
  candles(query: CandleQuery): Promise<CandlePage>;
  /** Opening time of the first candle that the exchange still has, ms; null when it has none. */
  firstCandle(query: Pick<CandleQuery, "symbol" | "timeframe">): Promise<number | null>;
  /** One page of past funding rates. Throws `notFound` for a symbol that is not listed. */
  fundingRates(query: FundingQuery): Promise<FundingPage>;
}

export interface ExchangeOptions {
  /** Replaces scheme and host of the exchange's URLs; its own path comes before theirs. */
  base_url?: string | undefined;
}

/** Opens an exchange of ccxt by id; throws `notFound` for any other. Nothing is asked of the exchange yet. */
export async function openExchange(io: ConnectorIo, id: string, options: ExchangeOptions = {}): Promise<Exchange> {
  const summary = exchangeById(id);
  if (!summary) throw notFound(`Unknown exchange: ${id}`);
  const { name, timeframes } = summary;
  const quirks = quirksOf(summary.id);
  const client = await openClient(io, summary.id, name, options);
  const listed = new Map<string, MarketListing>();

  const setMarkets = (listings: readonly MarketListing[]) => {
    for (const listing of listings) listed.set(listing.symbol, listing);
  };

  const markets = async () => {
    // A client of its own: the full list with all that ccxt keeps of it is let go at once.
    const lister = await openClient(io, summary.id, name, options);
    try {
      return Object.values(await lister.loadMarkets()).map((market) => fromCcxtMarket(market, quirks));
    } catch (error) {
      throw translateError(error, name, null);
    }
  };

  const select = async (symbol: string) => {
    if (!listed.has(symbol)) setMarkets(await markets());
    const listing = listed.get(symbol);
    if (!listing) throw unknownSymbol(name, symbol);
    client.setMarkets([toCcxtMarket(listing)]);
    return listing;
  };

  const source = async (symbol: string, timeframe: string) => {
    const offered = timeframes.length > 0 ? timeframes : Object.keys(client.timeframes ?? {});
    if (!offered.includes(timeframe)) throw unsupportedTimeframe(name, timeframe);
    return { client, name, quirks, listing: await select(symbol), offered, now: io.now };
  };

  return {
    id: summary.id,
    name,
    timeframes,
    markets,
    setMarkets,
    candles: async ({ symbol, timeframe, ...window }) =>
      fetchCandles(await source(symbol, timeframe), timeframe, window),
    firstCandle: async ({ symbol, timeframe }) => findFirstCandle(await source(symbol, timeframe), timeframe),
    fundingRates: async (query) => {
      await select(query.symbol);
      return fetchFundingRates({ client, name, quirks: fundingQuirksOf(summary.id), now: io.now }, query);
    },
  };
}

// A client per opening: ccxt keeps promises in it, which one request of a Worker must not await for another.
async function openClient(
  io: ConnectorIo,
  id: string,
  name: string,
  { base_url }: ExchangeOptions,
): Promise<CcxtExchange> {
  const client = await createClient(id, { enableRateLimit: false, timeout: 60_000 });
  if (base_url !== undefined) client.urls.api = moveUrls(client.urls.api, base_url, client.hostname);
  client.fetchImplementation = watchFetch(io, name);
  client.loadProxyModules = async () => {};
  const parseJson = client.parseJson.bind(client);
  client.parseJson = (text) => {
    const parsed = parseJson(text);
    // ccxt would go on with the text in place of the value, and find candles in it.
    if (parsed === undefined && /^\s*[[{]/.test(text)) throw malformed(name);
    return parsed;
  };
  return client;
}
