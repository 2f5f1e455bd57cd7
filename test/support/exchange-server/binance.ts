import { modelStep } from "./candle-model.ts";
import { type Format, numberOf, type Route } from "./format.ts";
import { fundingOf } from "./funding-model.ts";
import { EXPIRY, MARKETS, type ServedMarket, unifiedSymbol } from "./markets.ts";

const MAX_LIMIT = 1000;
const NEVER = 4_133_404_800_000;
const API = /^\/(api\/v3|fapi\/v1|dapi\/v1)\/(exchangeInfo|klines|fundingRate)$/;
const KINDS: Record<string, ServedMarket["kind"][]> = {
  "api/v3": ["spot"],
  "fapi/v1": ["linear", "dated"],
  "dapi/v1": ["inverse"],
};

const idOf = ({ base, quote, kind }: ServedMarket) =>
  `${base}${quote}${kind === "inverse" ? "_PERP" : ""}${kind === "dated" ? "_301227" : ""}`;

/** Binance: spot, USD-M and COIN-M under their own paths; candles oldest first. */
export const binance: Format = (path, query, now) => {
  const [, api = "", door] = API.exec(path) ?? [];
  const markets = MARKETS.filter(({ kind }) => KINDS[api]?.includes(kind));
  if (door === "exchangeInfo") {
    return {
      kind: "markets",
      body: { timezone: "UTC", serverTime: now, rateLimits: [], symbols: markets.map(listing) },
    };
  }
  if (door === "fundingRate" && api !== "api/v3") return funding(markets, query, now);
  return door === "klines" ? klines(markets, query, now) : null;
};

function listing(market: ServedMarket) {
  const { base, quote, kind, active } = market;
  const status = active ? "TRADING" : "BREAK";
  const filters = [
    { filterType: "PRICE_FILTER", minPrice: "0.01", maxPrice: "1000000.00", tickSize: "0.01" },
    { filterType: "LOT_SIZE", minQty: "0.00001", maxQty: "9000.0", stepSize: "0.00001" },
  ];
  const common = { symbol: idOf(market), status, baseAsset: base, quoteAsset: quote, filters };
  if (kind === "spot") return { ...common, isSpotTradingAllowed: true, permissions: ["SPOT"] };
  return {
    ...common,
    pair: `${base}${quote}`,
    contractType: kind === "dated" ? "CURRENT_QUARTER" : "PERPETUAL",
    contractStatus: status,
    contractSize: kind === "inverse" ? 100 : undefined,
    deliveryDate: kind === "dated" ? EXPIRY : NEVER,
    marginAsset: kind === "inverse" ? base : quote,
  };
}

function funding(markets: ServedMarket[], query: URLSearchParams, now: number): Route {
  const market = markets.find((candidate) => idOf(candidate) === query.get("symbol"));
  if (!market) return { kind: "error", status: 400, body: { code: -1121, msg: "Invalid symbol." } };
  const rates = fundingOf({
    symbol: unifiedSymbol(market),
    from: numberOf(query, "startTime", 0),
    to: Math.min(numberOf(query, "endTime", now), now),
    limit: Math.min(numberOf(query, "limit", 100), MAX_LIMIT),
    keeps: query.has("startTime") ? "oldest" : "newest",
  });
  const body = rates.map(({ ts, rate }) => ({ symbol: idOf(market), fundingTime: ts, fundingRate: rate.toFixed(10) }));
  return { kind: "funding", body };
}

function klines(markets: ServedMarket[], query: URLSearchParams, now: number): Route {
  const market = markets.find((candidate) => idOf(candidate) === query.get("symbol"));
  if (!market) return { kind: "error", status: 400, body: { code: -1121, msg: "Invalid symbol." } };
  const timeframe = query.get("interval") ?? "1m";
  const step = modelStep(timeframe);
  return {
    kind: "candles",
    request: {
      symbol: unifiedSymbol(market),
      timeframe,
      from: numberOf(query, "startTime", 0),
      to: numberOf(query, "endTime", now),
      limit: Math.min(numberOf(query, "limit", 500), MAX_LIMIT),
      keeps: query.has("startTime") ? "oldest" : "newest",
    },
    newestFirst: false,
    render: (candles) =>
      candles.map(({ ts, open, high, low, close, volume }) => [
        ...[ts, String(open), String(high), String(low), String(close), String(volume)],
        ...[ts + step - 1, String(volume * close), 100, "0.0", "0.0", "0"],
      ]),
  };
}
