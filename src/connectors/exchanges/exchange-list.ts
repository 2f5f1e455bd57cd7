import summaries from "./exchange-list.json" with { type: "json" };

/** What the build knows of an exchange before it is loaded. */
export interface ExchangeSummary {
  id: string;
  name: string;
  /** Whether it serves candles itself, rather than ccxt making them from trades. */
  candles: boolean;
  funding: boolean;
  /** Names such as `1m`, `1h`, `1d`; empty where the exchange tells them only when asked. */
  timeframes: string[];
}

/** Every exchange of ccxt, by id in alphabetical order. */
export const exchanges: readonly ExchangeSummary[] = summaries;

const byId = new Map(exchanges.map((exchange) => [exchange.id, exchange]));

/** The exchange of an id in any case; undefined when ccxt knows none. */
export const exchangeById = (id: string) => byId.get(id.toLowerCase());
