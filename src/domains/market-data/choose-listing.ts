import type { MarketListing } from "../../connectors/exchanges/listing.ts";
import { canonicalMarket, printedSymbol, symbolKey } from "./symbols.ts";

/** Whether a listing is of a market in any spelling; `linear` and `inverse` are the swaps settled in quote and in base. */
export function isOfMarket(listing: MarketListing, market: string): boolean {
  const name = canonicalMarket(market);
  if (name === "LINEAR") return listing.market === "SWAP" && listing.linear;
  if (name === "INVERSE") return listing.market === "SWAP" && listing.inverse;
  return listing.market === name;
}

/**
 * The listing that a symbol in any spelling means: by unified symbol, the exchange's id or our printed form, else by the
 * pair. Exchanges list perpetual contracts among their futures, so a future that is not dated is looked for among swaps.
 */
export function chooseListing(
  listings: readonly MarketListing[],
  market: string,
  symbol: string,
): MarketListing | undefined {
  const markets = canonicalMarket(market) === "FUTURES" ? ["FUTURES", "SWAP"] : [market];
  const pools = markets.map((name) => listings.filter((listing) => isOfMarket(listing, name)));
  return pools.map((pool) => chooseAmong(pool, symbol)).find((listing) => listing !== undefined);
}

function chooseAmong(pool: readonly MarketListing[], symbol: string): MarketListing | undefined {
  const key = symbolKey(symbol);
  if (key === "") return undefined;
  const exact = pool.find((listing) => listing.symbol === symbol);
  if (exact) return exact;
  const names = ({ exchange_symbol, ...listing }: MarketListing) => [listing.symbol, exchange_symbol];
  const named = pool.filter((listing) => names(listing).some((name) => symbolKey(name) === key));
  if (named.length > 0) return best(named);
  const printed = pool.filter((listing) => printedSymbol(listing) === key);
  if (printed.length > 0) return best(printed);
  return best(pool.filter((listing) => !isDated(listing) && symbolKey(listing.base + listing.quote) === key));
}

const isDated = ({ symbol }: MarketListing) => symbol.split(":")[1]?.includes("-") ?? false;

/** Trading before delisted, settled in quote before others; then by name, so that every call chooses the same. */
function best(listings: readonly MarketListing[]): MarketListing | undefined {
  const rank = ({ active, linear }: MarketListing) => (active === false ? 2 : 0) + (linear ? 0 : 1);
  return listings.toSorted((a, b) => rank(a) - rank(b) || (a.symbol < b.symbol ? -1 : 1))[0];
}
