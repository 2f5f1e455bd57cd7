import type { Schemas } from "../../../client/client.ts";
import { linkTo } from "../../app/route.ts";

export type Series = Schemas["SeriesCoverage"];
export type SeriesName = Pick<Series, "exchange" | "market" | "symbol" | "data_type" | "timeframe">;

const TYPES: Record<string, string> = {
  raw: "Candles",
  agg: "Candles made of minutes",
  ticks: "Ticks",
  alt: "Other data",
};

/** What a series holds, in words. */
export const describeType = ({ data_type, timeframe }: Pick<SeriesName, "data_type" | "timeframe">) =>
  timeframe === "funding" ? "Funding rates" : (TYPES[data_type] ?? data_type);

export const linkToSeries = ({ exchange, market, symbol, data_type, timeframe }: SeriesName) =>
  linkTo("market-data", ["series", exchange, market, symbol, data_type, timeframe]);

/** The series that a download is about, by its job's subject: `download:BINANCE:SPOT:BTCUSDT:raw:1m`. */
export function seriesOfSubject(subject: string | null): SeriesName | null {
  const [, exchange, market, symbol, data_type, timeframe] =
    /^download:(.+?):(.+?):(.+):(.+?):(.+)$/.exec(subject ?? "") ?? [];
  if (!exchange || !market || !symbol || !data_type || !timeframe) return null;
  return { exchange, market, symbol, data_type, timeframe };
}

const UNITS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5, M: 31 * 864e5, y: 366 * 864e5 };
const FUNDING_STEP = 8 * 36e5;

/** Time between two rows in ms; null where there is no regular one. */
export function stepOf(timeframe: string): number | null {
  if (timeframe === "funding") return FUNDING_STEP;
  const [, count, unit = ""] = /^(\d+)([smhdwMy])$/.exec(timeframe) ?? [];
  const length = UNITS[unit];
  return length === undefined ? null : Number(count) * length;
}

/** A market as downloads name it, by its name in the lake. */
export const marketTypeOf = (market: string) => (market === "FUTURES" ? "future" : market.toLowerCase());

/** An instant as the API reads it: UTC, to the second. */
export const instantOf = (ms: number) => new Date(ms).toISOString().slice(0, 19);

/** An instant for people, UTC like everything about markets. */
export const formatInstant = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
