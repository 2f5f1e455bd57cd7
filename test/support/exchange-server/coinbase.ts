import { modelStep } from "./candle-model.ts";
import { type Format, numberOf, type Route } from "./format.ts";
import { MARKETS, type ServedMarket, unifiedSymbol } from "./markets.ts";

const MOST_CANDLES = 350;
const GRANULARITIES: Record<string, string> = {
  ONE_MINUTE: "1m",
  FIVE_MINUTE: "5m",
  FIFTEEN_MINUTE: "15m",
  THIRTY_MINUTE: "30m",
  ONE_HOUR: "1h",
  TWO_HOUR: "2h",
  SIX_HOUR: "6h",
  ONE_DAY: "1d",
};

const PRODUCTS = "/api/v3/brokerage/market/products";
const idOf = ({ base, quote }: ServedMarket) => `${base}-${quote}`;
const spot = MARKETS.filter(({ kind }) => kind === "spot");

/** Coinbase Advanced Trade: at most 350 candles a request; newest first. */
export const coinbase: Format = (path, query, now) => {
  if (path.startsWith("/v2/"))
    return { kind: "markets", body: { data: path === "/v2/exchange-rates" ? { rates: {} } : [] } };
  if (path === PRODUCTS) {
    const products = query.get("product_type") === "FUTURE" ? [] : spot.map(listing);
    return { kind: "markets", body: { products, num_products: products.length } };
  }
  const id = new RegExp(`^${PRODUCTS}/([^/]+)/candles$`).exec(path)?.[1];
  return id ? candles(id, query, now) : null;
};

const listing = (market: ServedMarket) => ({
  product_id: idOf(market),
  base_currency_id: market.base,
  quote_currency_id: market.quote,
  product_type: "SPOT",
  status: "online",
  trading_disabled: !market.active,
  base_increment: "0.00000001",
  quote_increment: "0.01",
  price_increment: "0.01",
  base_min_size: "0.00000001",
  base_max_size: "3400",
  quote_min_size: "1",
  quote_max_size: "150000000",
});

function candles(id: string, query: URLSearchParams, now: number): Route {
  const market = spot.find((candidate) => idOf(candidate) === id);
  if (!market)
    return { kind: "error", status: 404, body: { error: "NOT_FOUND", message: "valid product_id is required" } };
  const timeframe = GRANULARITIES[query.get("granularity") ?? ""] ?? "1m";
  const from = numberOf(query, "start", 0) * 1000;
  const to = numberOf(query, "end", now / 1000) * 1000;
  if ((to - from) / modelStep(timeframe) > MOST_CANDLES) {
    const message = "number of candles requested should be less than 350";
    return { kind: "error", status: 400, body: { error: "INVALID_ARGUMENT", message } };
  }
  return {
    kind: "candles",
    request: { symbol: unifiedSymbol(market), timeframe, from, to, limit: MOST_CANDLES, keeps: "newest" },
    newestFirst: true,
    render: (rows) => ({
      candles: rows.map(({ ts, open, high, low, close, volume }) => ({
        start: String(ts / 1000),
        low: String(low),
        high: String(high),
        open: String(open),
        close: String(close),
        volume: String(volume),
      })),
    }),
  };
}
