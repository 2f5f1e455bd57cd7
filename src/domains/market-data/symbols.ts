import type { MarketListing } from "../../connectors/exchanges/listing.ts";

/** Spellings of one market, beside the upper-case form of any other word. */
const MARKET_SYNONYMS: Record<string, string> = { FUTURE: "FUTURES", OPTIONS: "OPTION", PERPETUAL: "SWAP" };

/** The stored name of a market type: `future` and `futures` are `FUTURES`, all others the word in upper case. */
export function canonicalMarket(text: string): string {
  const name = text.trim().toUpperCase();
  return MARKET_SYNONYMS[name] ?? name;
}

/** The market and those whose contracts it may have: swaps settled in quote are LINEAR, those settled in base INVERSE. */
export function marketsAlike(market: string): string[] {
  if (market === "SWAP") return ["SWAP", "LINEAR", "INVERSE"];
  return market === "LINEAR" || market === "INVERSE" ? [market, "SWAP"] : [market];
}

/** What symbols are matched by: letters and digits only, upper case, so `btc_usdt` finds `BTC/USDT`. */
export function symbolKey(text: string): string {
  return text.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/**
 * The documents' form of a symbol: `BTCUSDT` for a pair and for a swap settled in its quote, `BTCUSDBTC` for one
 * settled elsewhere, and with expiry, strike and kind for a dated contract (`BTCUSDT251226`).
 */
export function printedSymbol(listing: Pick<MarketListing, "symbol" | "base" | "quote" | "settle">): string {
  const { symbol, base, quote, settle } = listing;
  const contract = symbol.split(":")[1] ?? "";
  const dated = contract.split("-").slice(1).join("");
  const settled = settle === null || settle === quote ? "" : settle;
  return symbolKey(`${base}${quote}${settled}${dated}`);
}
