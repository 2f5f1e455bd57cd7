import { modelStep } from "./candle-model.ts";
import { type Format, numberOf, type Route } from "./format.ts";
import { fundingOf } from "./funding-model.ts";
import { EXPIRY, MARKETS, type ServedMarket, unifiedSymbol } from "./markets.ts";

const RECENT_CANDLES = 1440;
const FUNDING_REACH = 90 * 86_400_000;
const LIMITS: Record<string, number> = { candles: 300, "history-candles": 100 };
const TYPES: Record<ServedMarket["kind"], string> = { spot: "SPOT", linear: "SWAP", inverse: "SWAP", dated: "FUTURES" };
const SUFFIXES: Record<ServedMarket["kind"], string> = {
  spot: "",
  linear: "-SWAP",
  inverse: "-SWAP",
  dated: "-301227",
};

const idOf = ({ base, quote, kind }: ServedMarket) => `${base}-${quote}${SUFFIXES[kind]}`;
const answer = (data: unknown) => ({ code: "0", msg: "", data });

/** OKX v5: recent candles and history under two paths; newest first. */
export const okx: Format = (path, query, now) => {
  if (path === "/api/v5/public/instruments") {
    const listed = MARKETS.filter(({ kind }) => TYPES[kind] === query.get("instType"));
    return { kind: "markets", body: answer(listed.map(listing)) };
  }
  if (path === "/api/v5/public/funding-rate-history") return funding(query, now);
  const door = /^\/api\/v5\/market\/(candles|history-candles)$/.exec(path)?.[1];
  return door ? candles(door, query, now) : null;
};

function listing(market: ServedMarket) {
  const { base, quote, kind, active } = market;
  const isSpot = kind === "spot";
  return {
    instId: idOf(market),
    instType: TYPES[kind],
    baseCcy: isSpot ? base : "",
    quoteCcy: isSpot ? quote : "",
    settleCcy: isSpot ? "" : kind === "inverse" ? base : quote,
    uly: isSpot ? "" : `${base}-${quote}`,
    ctVal: isSpot ? "" : "0.01",
    ctType: isSpot ? "" : kind === "inverse" ? "inverse" : "linear",
    expTime: kind === "dated" ? String(EXPIRY) : "",
    state: active ? "live" : "suspend",
    lever: "10",
    lotSz: "0.00000001",
    minSz: "0.00001",
    tickSz: "0.01",
  };
}

const findMarket = (query: URLSearchParams) => MARKETS.find((candidate) => idOf(candidate) === query.get("instId"));

const unknown: Route = {
  kind: "error",
  status: 200,
  body: { code: "51001", msg: "Instrument ID does not exist", data: [] },
};

/** The last three months; of two bounds the newest rates survive. */
function funding(query: URLSearchParams, now: number): Route {
  const market = findMarket(query);
  if (!market) return unknown;
  const rates = fundingOf({
    symbol: unifiedSymbol(market),
    from: Math.max(numberOf(query, "before", -1) + 1, now - FUNDING_REACH),
    to: Math.min(numberOf(query, "after", now + 1) - 1, now),
    limit: Math.min(numberOf(query, "limit", 100), 100),
    keeps: "newest",
  });
  const records = rates.map(({ ts, rate }) => ({
    instType: "SWAP",
    instId: idOf(market),
    fundingRate: "0.1",
    realizedRate: rate.toFixed(10),
    fundingTime: String(ts),
  }));
  return { kind: "funding", body: answer(records.toReversed()) };
}

function candles(door: string, query: URLSearchParams, now: number): Route {
  const market = findMarket(query);
  if (!market) return unknown;
  const timeframe = (query.get("bar") ?? "1m").replace(/utc$/i, "").toLowerCase();
  const recent = now - RECENT_CANDLES * modelStep(timeframe);
  const most = LIMITS[door] ?? 100;
  return {
    kind: "candles",
    request: {
      symbol: unifiedSymbol(market),
      timeframe,
      from: Math.max(numberOf(query, "before", -1) + 1, door === "candles" ? recent : 0),
      to: numberOf(query, "after", now + 1) - 1,
      limit: Math.min(numberOf(query, "limit", 100), most),
      keeps: "newest",
    },
    newestFirst: true,
    // The volume in the seventh place is the one in coins, which ccxt takes for swaps.
    render: (rows) =>
      answer(
        rows.map(({ ts, open, high, low, close, volume }) =>
          [ts, open, high, low, close, volume, volume, volume * close, 1].map(String),
        ),
      ),
  };
}
