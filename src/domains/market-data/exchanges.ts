import { exchangeById, exchanges, type ExchangeSummary } from "../../connectors/exchanges/exchange-list.ts";
import { type Exchange, openExchange } from "../../connectors/exchanges/exchange.ts";
import { unknownSymbol } from "../../connectors/exchanges/errors.ts";
import { type MarketListing, packListings, typeOfMarket, unpackListings } from "../../connectors/exchanges/listing.ts";
import type { Context } from "../../context.ts";
import { notFound, upstreamFailed } from "../../errors.ts";
import { upstreamFetch } from "../../platform/outbound/upstream-fetch.ts";
import { chooseListing, isOfMarket } from "./choose-listing.ts";
import { findExchangeMarkets, saveExchangeMarkets } from "./exchange-markets.store.ts";

/** A row of D1 holds 2 MB; a longer list is read from the exchange every time. */
const LONGEST_LIST_BYTES = 1_900_000;

interface NamedItem {
  id: string;
  name: string;
}

/** Every exchange of ccxt, by id. */
export const listExchanges = (): NamedItem[] => exchanges.map(({ id, name }) => ({ id, name }));

/** The kinds of market that an exchange has, by ccxt's names. Throws `notFound` for an unknown exchange. */
export async function listMarkets(ctx: Context, exchangeId: string): Promise<NamedItem[]> {
  const listings = await readListings(ctx, exchangeId);
  const types = new Set(listings.map(({ market }) => typeOfMarket(market)));
  return [...types].toSorted().map((id) => ({ id, name: id.charAt(0).toUpperCase() + id.slice(1) }));
}

/** Unified symbols of the markets that trade, or may trade for all the exchange says, sorted. */
export async function listSymbols(ctx: Context, exchangeId: string, market: string): Promise<string[]> {
  const listings = await readListings(ctx, exchangeId);
  const trading = listings.filter((listing) => listing.active !== false && isOfMarket(listing, market));
  return trading.map(({ symbol }) => symbol).toSorted();
}

/** The listing that a symbol means on an exchange; throws `notFound` when there is none. */
export async function resolveSymbol(
  ctx: Context,
  exchangeId: string,
  market: string,
  symbol: string,
): Promise<MarketListing> {
  const listings = await readListings(ctx, exchangeId);
  const listing = chooseListing(listings, market, symbol);
  if (!listing) throw unknownSymbol(`the ${market.toLowerCase()} market of ${findExchange(exchangeId).name}`, symbol);
  return listing;
}

/** Opens an exchange for this invocation, with listings that need not be read again. */
export async function openExchangeFor(
  ctx: Context,
  exchangeId: string,
  listings: readonly MarketListing[] = [],
): Promise<Exchange> {
  const { id } = findExchange(exchangeId);
  const io = { fetch: upstreamFetch(ctx), now: ctx.now };
  const exchange = await openExchange(io, id, { base_url: ctx.config.EXCHANGE_URLS[id] });
  exchange.setMarkets(listings);
  return exchange;
}

/** The markets of an exchange, from our copy while it is young enough, else as the exchange lists them now. */
async function readListings(ctx: Context, exchangeId: string): Promise<MarketListing[]> {
  const { id, name } = findExchange(exchangeId);
  const [cached] = await findExchangeMarkets(ctx.db, id);
  if (cached && ctx.now() - cached.fetched_at < ctx.config.EXCHANGE_CACHE_SECONDS * 1000) {
    return unpackListings(cached.body);
  }
  const exchange = await openExchangeFor(ctx, id);
  const listings = await exchange.markets();
  if (listings.length === 0) throw upstreamFailed(`${name} lists no markets`, { retry_after: 1 });
  const body = packListings(listings);
  const fits = new TextEncoder().encode(body).byteLength <= LONGEST_LIST_BYTES;
  if (fits) await saveExchangeMarkets(ctx.db, { exchange: id, body, fetched_at: ctx.now() });
  return listings;
}

function findExchange(exchangeId: string): ExchangeSummary {
  const exchange = exchangeById(exchangeId);
  if (!exchange) throw notFound(`Unknown exchange: ${exchangeId}`);
  return exchange;
}
