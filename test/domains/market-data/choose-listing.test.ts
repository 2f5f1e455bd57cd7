import { describe, expect, it } from "vitest";
import { type MarketListing, packListings, unpackListings } from "../../../src/connectors/exchanges/listing.ts";
import { chooseListing } from "../../../src/domains/market-data/choose-listing.ts";
import { canonicalMarket, printedSymbol, symbolKey } from "../../../src/domains/market-data/symbols.ts";

const listing = (symbol: string, exchange_symbol: string, more: Partial<MarketListing> = {}): MarketListing => {
  const [pair = "", contract = ""] = symbol.split(":");
  const [base = "", quote = ""] = pair.split("/");
  const settle = contract.split("-")[0] || null;
  const swap = { market: "SWAP", linear: settle === quote, inverse: settle === base };
  const spot = { market: "SPOT", linear: false, inverse: false };
  return { symbol, exchange_symbol, base, quote, settle, active: true, ...(settle ? swap : spot), ...more };
};

const LISTINGS = [
  listing("BTC/USDT", "BTCUSDT"),
  listing("BTC/USD", "XXBTZUSD", { active: null }),
  listing("BTC/USDT:USDT", "BTCUSDT"),
  listing("BTC/USD:BTC", "BTCUSD_PERP"),
  listing("BTC/USDT:USDT-301227", "BTCUSDT_301227", { market: "FUTURES" }),
  listing("BTC/USD:BTC-301227-100000-C", "BTC-301227-100000-C", { market: "OPTION" }),
  listing("1INCH/USDT", "1INCH_USDT", { active: false, extra: { id2: "7" } }),
];

describe("a symbol as somebody writes it", () => {
  it.for([
    ["spot", "BTCUSDT", "BTC/USDT"],
    ["SPOT", "btc_usdt", "BTC/USDT"],
    ["spot", "BTC/USDT", "BTC/USDT"],
    ["spot", "XXBTZUSD", "BTC/USD"],
    ["spot", "btc-usd", "BTC/USD"],
    ["spot", "1inchusdt", "1INCH/USDT"],
    ["swap", "BTCUSDT", "BTC/USDT:USDT"],
    ["swap", "BTC/USD:BTC", "BTC/USD:BTC"],
    ["linear", "BTCUSDT", "BTC/USDT:USDT"],
    ["inverse", "BTCUSD", "BTC/USD:BTC"],
    ["inverse", "BTCUSDBTC", "BTC/USD:BTC"],
    ["future", "BTCUSDT301227", "BTC/USDT:USDT-301227"],
    ["futures", "BTCUSDT_301227", "BTC/USDT:USDT-301227"],
    ["future", "BTCUSDT", "BTC/USDT:USDT"],
    ["options", "BTC-301227-100000-C", "BTC/USD:BTC-301227-100000-C"],
  ] as const)("on %s, %s means %s", ([market, symbol, unified]) => {
    expect(chooseListing(LISTINGS, market, symbol)?.symbol).toBe(unified);
  });

  it.for([
    ["spot", "BTCUSDT301227"],
    ["inverse", "BTCUSDT"],
    ["spot", "/:-"],
    ["spot", "__proto__"],
    ["no such market", "BTCUSDT"],
  ] as const)("on %s, %s means nothing", ([market, symbol]) => {
    expect(chooseListing(LISTINGS, market, symbol)).toBeUndefined();
  });
});

it("prints a symbol without separators, and what tells contracts of one pair apart", () => {
  expect(LISTINGS.map(printedSymbol)).toEqual([
    "BTCUSDT",
    "BTCUSD",
    "BTCUSDT",
    "BTCUSDBTC",
    "BTCUSDT301227",
    "BTCUSDBTC301227100000C",
    "1INCHUSDT",
  ]);
});

it("knows a market by every spelling", () => {
  expect(["future", "Futures", " spot ", "options", "linear", "perpetual"].map(canonicalMarket)).toEqual([
    "FUTURES",
    "FUTURES",
    "SPOT",
    "OPTION",
    "LINEAR",
    "SWAP",
  ]);
});

it("matches symbols by letters and digits of any script", () => {
  expect(symbolKey("btc-usdt:币安 人生/1")).toBe("BTCUSDT币安人生1");
});

it("keeps a list of markets as it is, in less than 100 bytes a market", () => {
  const packed = packListings(LISTINGS);
  expect(unpackListings(packed)).toEqual(LISTINGS);
  expect(packed.length / LISTINGS.length).toBeLessThan(100);
});
