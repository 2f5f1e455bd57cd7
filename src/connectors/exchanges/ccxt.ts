/** A row of candles as ccxt gives it. */
export type CcxtCandle = (number | undefined)[];

/** What we read of ccxt's market objects. */
export interface CcxtMarket {
  id: string;
  symbol: string;
  type?: string;
  base?: string;
  quote?: string;
  settle?: string;
  linear?: boolean;
  inverse?: boolean;
  active?: boolean;
  [field: string]: unknown;
}

/** What we read of ccxt's records of funding rates. */
export interface CcxtFundingRate {
  timestamp?: number;
  fundingRate?: number;
}

/** What we use of ccxt's exchange objects. */
export interface CcxtExchange {
  urls: { api?: unknown };
  hostname?: string;
  timeframes?: Record<string, unknown>;
  markets?: Record<string, CcxtMarket>;
  fetchImplementation: (url: string, init: RequestInit) => Promise<Response>;
  loadProxyModules(): Promise<void>;
  parseJson(text: string): unknown;
  parseTimeframe(timeframe: string): number;
  loadMarkets(): Promise<Record<string, CcxtMarket>>;
  setMarkets(markets: CcxtMarket[]): void;
  fetchOHLCV(
    symbol: string,
    timeframe: string,
    since?: number,
    limit?: number,
    params?: Record<string, unknown>,
  ): Promise<CcxtCandle[]>;
  fetchFundingRateHistory(
    symbol: string,
    since: number,
    limit: number,
    params: Record<string, unknown>,
  ): Promise<CcxtFundingRate[]>;
}

type CcxtConstructor = new (options: Record<string, unknown>) => CcxtExchange;

/**
 * A new ccxt client; its module is loaded on first use. The path is a variable so that the bundler does not follow
 * it, and starts at the root of the bundle, into which this file goes, except where this file is loaded by itself.
 */
export async function createClient(id: string, options: Record<string, unknown>): Promise<CcxtExchange> {
  const isUnbundled = import.meta.url?.includes("/connectors/exchanges/");
  const path = `${isUnbundled ? "." : "./connectors/exchanges"}/generated/${id}.js`;
  const { default: Client } = (await import(path)) as { default: CcxtConstructor };
  return new Client(options);
}
