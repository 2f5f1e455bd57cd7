import type { CcxtMarket } from "./ccxt.ts";
import { type MarketListing, marketOfType, typeOfMarket } from "./listing.ts";
import type { Quirks } from "./quirks.ts";

const TYPES = ["spot", "margin", "swap", "future", "option"] as const;

/** What we keep of a market as ccxt describes it. */
export function fromCcxtMarket(market: CcxtMarket, { market_fields }: Quirks): MarketListing {
  const { id, symbol, base = "", quote = "", settle, linear, inverse, active } = market;
  const type = market.type ?? TYPES.find((name) => market[name] === true) ?? "spot";
  const fields = market_fields.flatMap((name): [string, string][] => {
    const value = market[name];
    return typeof value === "string" ? [[name, value]] : [];
  });
  return {
    symbol,
    exchange_symbol: String(id),
    market: marketOfType(type),
    base,
    quote,
    settle: settle ?? null,
    linear: linear === true,
    inverse: inverse === true,
    active: active ?? null,
    ...(fields.length > 0 ? { extra: Object.fromEntries(fields) } : {}),
  };
}

/** A market for ccxt with all that its requests for candles read. */
export function toCcxtMarket(listing: MarketListing): CcxtMarket {
  const { symbol, exchange_symbol, market, base, quote, settle, linear, inverse, extra } = listing;
  const type = typeOfMarket(market);
  const flags = Object.fromEntries(TYPES.map((name) => [name, name === type]));
  const isContract = !["spot", "margin"].includes(type);
  return {
    ...flags,
    ...(settle === null ? {} : { settle, settleId: settle }),
    ...(isContract ? { linear, inverse } : {}),
    id: exchange_symbol,
    symbol,
    type,
    base,
    quote,
    baseId: base,
    quoteId: quote,
    contract: isContract,
    active: true,
    info: {},
    ...extra,
  };
}
