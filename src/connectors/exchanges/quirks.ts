/** What an exchange does with requests for candles that ccxt does not level out. */
export interface Quirks {
  /** Most candles in one answer, by market; `other` where a market is not named. */
  page_size: { SPOT?: number; other: number };
  /** Whether ccxt hands an upper bound on to the exchange. */
  until: boolean;
  /** Whether it may be told how many candles to answer. */
  limit: boolean;
  /** Which end survives when an answer is shorter than its window: the oldest candles or the newest. */
  keeps: "oldest" | "newest";
  /** Whether asking for one candle since 0 gives the first that there is; never so for inverse contracts. */
  since_zero: boolean;
  /** How many candles back from now the exchange answers for; null when it has its whole history. */
  reach: number | null;
  /** Fields of ccxt's market that its candles need beside the usual ones. */
  market_fields: string[];
}

/** Safe with any exchange: small pages, nothing taken for granted. */
const DEFAULT: Quirks = {
  page_size: { other: 500 },
  until: true,
  limit: true,
  keeps: "newest",
  since_zero: false,
  reach: null,
  market_fields: [],
};

// Sizes and reaches are those of the exchanges' own documentation of their candle endpoints; which of ccxt's
// `fetchOHLCV` take `until`, and which fields of a market they read, is from the source of ccxt 4.5.84.
const QUIRKS: Record<string, Partial<Quirks>> = {
  // ccxt never asks for more than 1,000, whatever the market allows.
  binance: { page_size: { other: 1000 }, keeps: "oldest", since_zero: true },
  binanceusdm: { page_size: { other: 1000 }, keeps: "oldest", since_zero: true },
  binancecoinm: { page_size: { other: 1000 }, keeps: "oldest" },
  binanceus: { page_size: { other: 1000 }, keeps: "oldest", since_zero: true },
  bybit: { page_size: { other: 1000 } },
  bybiteu: { page_size: { other: 1000 } },
  bybitid: { page_size: { other: 1000 } },
  // ccxt asks the history endpoint, which answers at most 100 of the 300 candles that it takes as a limit.
  okx: { page_size: { other: 100 } },
  okxus: { page_size: { other: 100 } },
  myokx: { page_size: { other: 100 } },
  kraken: { page_size: { other: 720 }, until: false, reach: 720 },
  krakenfutures: { page_size: { other: 2000 }, until: false, keeps: "oldest" },
  coinbase: { page_size: { other: 300 } },
  coinbaseexchange: { page_size: { other: 300 } },
  kucoin: { page_size: { SPOT: 1500, other: 200 }, until: false },
  kucoinfutures: { page_size: { other: 200 }, until: false },
  gate: { page_size: { other: 1000 }, keeps: "oldest", reach: 10_000 },
  gateeu: { page_size: { other: 1000 }, keeps: "oldest", reach: 10_000 },
  cryptocom: { page_size: { other: 300 } },
  bitfinex: { page_size: { other: 10_000 } },
  bitget: { page_size: { other: 200 } },
  bitstamp: { page_size: { other: 1000 }, keeps: "oldest" },
  deribit: { page_size: { other: 5000 }, keeps: "oldest" },
  // A number of candles makes contracts ignore the window; without one spot answers 150.
  htx: { page_size: { SPOT: 150, other: 1000 }, limit: false },
  hyperliquid: { page_size: { other: 5000 }, reach: 5000, market_fields: ["baseName"] },
  mexc: { page_size: { SPOT: 500, other: 2000 } },
  upbit: { page_size: { other: 200 }, until: false },
  whitebit: { page_size: { other: 1440 }, until: false },
  apex: { page_size: { other: 200 }, market_fields: ["id2"] },
  bithumb: { page_size: { other: 200 }, until: false, market_fields: ["baseId", "quoteId"] },
  mudrex: { market_fields: ["baseId", "quoteId"] },
};

/** Exchanges of which ccxt hands no upper bound on. */
const WITHOUT_UNTIL = new Set([
  ...["bitbank", "bitopro", "bitso", "bitteam", "bittrade", "bitvavo", "btcmarkets", "coinex", "foxbit", "gemini"],
  ...["lbank", "luno", "mercado", "modetrade", "ndax", "onetrading", "p2b", "weex", "woofipro"],
]);

/** The quirks of an exchange; cautious ones where we know none. */
export function quirksOf(id: string): Quirks {
  return { ...DEFAULT, until: !WITHOUT_UNTIL.has(id), ...QUIRKS[id] };
}

/** Most candles that one answer of this exchange holds for a market. */
export function pageSize({ page_size }: Quirks, market: string): number {
  return (market === "SPOT" ? page_size.SPOT : undefined) ?? page_size.other;
}
