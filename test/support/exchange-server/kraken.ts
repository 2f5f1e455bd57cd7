import { modelStep } from "./candle-model.ts";
import { type Format, numberOf, type Route } from "./format.ts";
import { MARKETS, type ServedMarket, unifiedSymbol } from "./markets.ts";

const MOST_RECENT = 720;
const IDS: Record<string, string> = { BTC: "XBT", XRP: "XXRP" };
const MINUTES: Record<string, string> = { 60: "1h", 240: "4h", 1440: "1d", 10080: "1w" };

const codeOf = (currency: string) => IDS[currency] ?? currency;
const idOf = ({ base, quote }: ServedMarket) => `${codeOf(base)}${codeOf(quote)}`;
const answer = (result: unknown) => ({ error: [], result });
const spot = MARKETS.filter(({ kind }) => kind === "spot");

/** Kraken spot: the 720 most recent candles, whatever is asked; oldest first. */
export const kraken: Format = (path, query, now) => {
  if (path === "/0/public/AssetPairs") {
    return { kind: "markets", body: answer(Object.fromEntries(spot.map((market) => [idOf(market), listing(market)]))) };
  }
  if (path === "/0/public/Assets") {
    const currencies = new Set(spot.flatMap(({ base, quote }) => [base, quote]));
    const assets = [...currencies].map((currency) => [codeOf(currency), asset(currency)]);
    return { kind: "markets", body: answer(Object.fromEntries(assets)) };
  }
  return path === "/0/public/OHLC" ? candles(query, now) : null;
};

const asset = (currency: string) => ({
  aclass: "currency",
  altname: codeOf(currency),
  decimals: 10,
  display_decimals: 5,
  status: "enabled",
});

function listing(market: ServedMarket) {
  const { base, quote, active } = market;
  return {
    altname: idOf(market),
    wsname: `${codeOf(base)}/${codeOf(quote)}`,
    base: codeOf(base),
    quote: codeOf(quote),
    pair_decimals: 2,
    lot_decimals: 8,
    leverage_buy: [],
    leverage_sell: [],
    fees: [[0, 0.4]],
    fees_maker: [[0, 0.25]],
    ordermin: "0.0001",
    costmin: "0.5",
    status: active ? "online" : "cancel_only",
  };
}

function candles(query: URLSearchParams, now: number): Route {
  const pair = query.get("pair") ?? "";
  const market = spot.find((candidate) => idOf(candidate) === pair);
  if (!market) return { kind: "error", status: 200, body: { error: ["EQuery:Unknown asset pair"] } };
  const interval = query.get("interval") ?? "1";
  const timeframe = MINUTES[interval] ?? `${interval}m`;
  const step = modelStep(timeframe);
  const oldest = (Math.floor(now / step) - MOST_RECENT + 1) * step;
  return {
    kind: "candles",
    request: {
      symbol: unifiedSymbol(market),
      timeframe,
      from: Math.max(numberOf(query, "since", 0) * 1000 + 1, oldest),
      to: now,
      limit: MOST_RECENT,
      keeps: "newest",
    },
    newestFirst: false,
    render: (rows) => {
      const list = rows.map(({ ts, open, high, low, close, volume }) => [
        ...[ts / 1000, String(open), String(high), String(low), String(close), String(close), String(volume), 10],
      ]);
      return answer({ [pair]: list, last: Math.floor((now - step) / 1000) });
    },
  };
}
