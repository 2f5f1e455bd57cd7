import { modelStep } from "./candle-model.ts";
import { type Format, numberOf, type Route } from "./format.ts";
import { fundingOf } from "./funding-model.ts";
import { EXPIRY, MARKETS, type ServedMarket, unifiedSymbol } from "./markets.ts";

const MAX_LIMIT = 1000;
const LETTERS: Record<string, string> = { D: "1d", W: "1w" };
const KINDS: Record<string, ServedMarket["kind"][]> = {
  spot: ["spot"],
  linear: ["linear", "dated"],
  inverse: ["inverse"],
};

const idOf = ({ base, quote, kind }: ServedMarket) => `${base}${quote}${kind === "dated" ? "-27DEC30" : ""}`;
const answer = (now: number, result: unknown) => ({ retCode: 0, retMsg: "OK", result, retExtInfo: {}, time: now });

/** Bybit v5: one path for all categories; candles newest first. */
export const bybit: Format = (path, query, now) => {
  const category = query.get("category") ?? "spot";
  const markets = MARKETS.filter(({ kind }) => KINDS[category]?.includes(kind));
  if (path === "/v5/market/instruments-info") {
    const list = query.get("status") === "PreLaunch" ? [] : markets.map(listing);
    return { kind: "markets", body: answer(now, { category, list, nextPageCursor: "" }) };
  }
  if (path === "/v5/market/funding/history") return funding(markets, category, query, now);
  return path === "/v5/market/kline" ? kline(markets, category, query, now) : null;
};

function listing(market: ServedMarket) {
  const { base, quote, kind, active } = market;
  return {
    symbol: idOf(market),
    contractType: { spot: undefined, linear: "LinearPerpetual", inverse: "InversePerpetual", dated: "LinearFutures" }[
      kind
    ],
    status: active ? "Trading" : "Closed",
    baseCoin: base,
    quoteCoin: quote,
    deliveryTime: kind === "dated" ? String(EXPIRY) : "0",
    settleCoin: kind === "inverse" ? base : quote,
    priceFilter: { tickSize: "0.01" },
    lotSizeFilter: {
      basePrecision: "0.000001",
      quotePrecision: "0.00000001",
      minOrderQty: "0.00004",
      qtyStep: "0.001",
    },
  };
}

function funding(markets: ServedMarket[], category: string, query: URLSearchParams, now: number): Route {
  const market = markets.find((candidate) => idOf(candidate) === query.get("symbol"));
  if (!market)
    return { kind: "error", status: 200, body: { retCode: 10001, retMsg: "Not supported symbols", result: {} } };
  const rates = fundingOf({
    symbol: unifiedSymbol(market),
    from: numberOf(query, "startTime", 0),
    to: Math.min(numberOf(query, "endTime", now), now),
    limit: Math.min(numberOf(query, "limit", 200), 200),
    keeps: "newest",
  });
  const list = rates.toReversed().map(({ ts, rate }) => ({
    symbol: idOf(market),
    fundingRate: rate.toFixed(10),
    fundingRateTimestamp: String(ts),
  }));
  return { kind: "funding", body: answer(now, { category, list }) };
}

function kline(markets: ServedMarket[], category: string, query: URLSearchParams, now: number): Route {
  const market = markets.find((candidate) => idOf(candidate) === query.get("symbol"));
  if (!market)
    return { kind: "error", status: 200, body: { retCode: 10001, retMsg: "Not supported symbols", result: {} } };
  const interval = query.get("interval") ?? "1";
  const timeframe = LETTERS[interval] ?? `${interval}m`;
  const limit = Math.min(numberOf(query, "limit", 200), MAX_LIMIT);
  const from = numberOf(query, "start", 0);
  const to = numberOf(query, "end", query.has("start") ? from + (limit - 1) * modelStep(timeframe) : now);
  const symbol = unifiedSymbol(market);
  return {
    kind: "candles",
    request: { symbol, timeframe, from, to, limit, keeps: "newest" },
    newestFirst: true,
    render: (candles) => {
      // Inverse contracts count contracts first and coins second; ccxt takes the coins.
      const list = candles.map(({ ts, open, high, low, close, volume }) =>
        [ts, open, high, low, close, volume, category === "inverse" ? volume : volume * close].map(String),
      );
      return answer(now, { category, symbol: idOf(market), list });
    },
  };
}
