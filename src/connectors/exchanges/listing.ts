/** One market of an exchange, as far as candles need it; field names as they are cached and answered. */
export interface MarketListing {
  /** Unified symbol of ccxt, such as `BTC/USDT:USDT`. */
  symbol: string;
  /** The exchange's own id of the market, such as `BTCUSDT`. */
  exchange_symbol: string;
  /** `SPOT`, `SWAP`, `FUTURES`, `OPTION`, …: ccxt's type in our upper-case names. */
  market: string;
  base: string;
  quote: string;
  settle: string | null;
  linear: boolean;
  inverse: boolean;
  /** Null where the exchange does not say. */
  active: boolean | null;
  /** Fields of ccxt's market that this exchange's candles need beside the usual ones; see `quirks.ts`. */
  extra?: Record<string, string>;
}

/** Name of a market type of ccxt among ours. */
const MARKET_NAMES: Record<string, string> = { future: "FUTURES" };
export const marketOfType = (type: string) => MARKET_NAMES[type] ?? type.toUpperCase();

/** The type of ccxt that a market name of ours stands for. */
export const typeOfMarket = (market: string) => (market === "FUTURES" ? "future" : market.toLowerCase());

type PackedListing = [
  symbol: string,
  exchange_symbol: string,
  market: string,
  base: string,
  quote: string,
  settle: string | null,
  linear: 0 | 1,
  inverse: 0 | 1,
  active: 0 | 1 | null,
  extra?: Record<string, string>,
];

const bit = (value: boolean) => (value ? 1 : 0);

/** JSON of a list, as short as it gets: thousands of markets must fit into one row of D1 (2 MB). */
export function packListings(listings: readonly MarketListing[]): string {
  const packed = listings.map((listing): PackedListing => {
    const { symbol, exchange_symbol, market, base, quote, settle, linear, inverse, active, extra } = listing;
    const known = active === null ? null : bit(active);
    const row: PackedListing = [symbol, exchange_symbol, market, base, quote, settle, bit(linear), bit(inverse), known];
    if (extra) row.push(extra);
    return row;
  });
  return JSON.stringify(packed);
}

/** Reads back what `packListings` wrote. */
export function unpackListings(text: string): MarketListing[] {
  const packed = JSON.parse(text) as PackedListing[];
  return packed.map(([symbol, exchange_symbol, market, base, quote, settle, linear, inverse, active, extra]) => ({
    symbol,
    exchange_symbol,
    market,
    base,
    quote,
    settle,
    linear: linear === 1,
    inverse: inverse === 1,
    active: active === null ? null : active === 1,
    ...(extra ? { extra } : {}),
  }));
}
