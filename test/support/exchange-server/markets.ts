/** What every exchange of the server lists, where it has that kind of market. */
export interface ServedMarket {
  base: string;
  quote: string;
  kind: "spot" | "linear" | "inverse" | "dated";
  active: boolean;
}

export const EXPIRY = Date.UTC(2030, 11, 27, 8);

export const MARKETS: ServedMarket[] = [
  ...["BTC", "ETH", "SOL", "XRP"].map((base) => ({ base, quote: "USDT", kind: "spot" as const, active: true })),
  { base: "ETH", quote: "BTC", kind: "spot", active: true },
  { base: "LUNA", quote: "USDT", kind: "spot", active: false },
  ...["BTC", "ETH", "SOL"].map((base) => ({ base, quote: "USDT", kind: "linear" as const, active: true })),
  { base: "BTC", quote: "USD", kind: "inverse", active: true },
  { base: "BTC", quote: "USDT", kind: "dated", active: true },
];

/** The unified symbol, by which candles are seeded on every exchange alike. */
export function unifiedSymbol({ base, quote, kind }: ServedMarket): string {
  if (kind === "spot") return `${base}/${quote}`;
  if (kind === "inverse") return `${base}/${quote}:${base}`;
  return kind === "linear" ? `${base}/${quote}:${quote}` : `${base}/${quote}:${quote}-301227`;
}
