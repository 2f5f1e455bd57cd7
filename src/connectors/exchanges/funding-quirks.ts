const DAY_MS = 86_400_000;

/** What an exchange does with requests for past funding rates that ccxt does not level out. */
export interface FundingQuirks {
  /** Most rates in one answer. */
  page_size: number;
  /** Which end survives when an answer is shorter than its window: the oldest rates or the newest. */
  keeps: "oldest" | "newest";
  /** Parameters by which it hears where to stop, `until` in ms and exclusive. */
  bound(until: number): Record<string, number>;
  /** How far back from now it answers, in ms; null when it has its whole history. */
  reach: number | null;
}

/** Safe with any exchange; one that ignores the bound is found out by its answers. */
const DEFAULT: FundingQuirks = {
  page_size: 100,
  keeps: "newest",
  bound: (until) => ({ until: until - 1 }),
  reach: null,
};

/** OKX keeps three months; ccxt hands no bound on, but a parameter of OKX's own passes. */
const OKX: Partial<FundingQuirks> = { bound: (until) => ({ after: until }), reach: 89 * DAY_MS };

// Sizes and reaches are those of the exchanges' own documentation; parameters are from the source of ccxt 4.5.84.
const QUIRKS: Record<string, Partial<FundingQuirks>> = {
  binance: { page_size: 1000, keeps: "oldest" },
  binanceusdm: { page_size: 1000, keeps: "oldest" },
  binancecoinm: { page_size: 1000, keeps: "oldest" },
  bybit: { page_size: 200 },
  bybiteu: { page_size: 200 },
  bybitid: { page_size: 200 },
  okx: OKX,
  okxus: OKX,
  myokx: OKX,
  hyperliquid: { page_size: 500, keeps: "oldest" },
  bitfinex: { page_size: 5000, keeps: "oldest" },
};

/** The quirks of an exchange's funding rates; cautious ones where we know none. */
export function fundingQuirksOf(id: string): FundingQuirks {
  return { ...DEFAULT, ...QUIRKS[id] };
}
