import { z } from "@hono/zod-openapi";
import { exchangeById } from "../../connectors/exchanges/exchange-list.ts";
import { type FieldError, unprocessable } from "../../errors.ts";
import { DATE_HINT, DAY_MS, parseEnd, parseStart } from "./dates.ts";
import type { Interval } from "./intervals.ts";
import { FUNDING } from "./series-columns.ts";
import { collectedStep } from "./timeframes.ts";

export const downloadParams = z.object({
  exchange: z.string().min(1).max(64).default("binance"),
  symbol: z.string().min(1).max(64),
  market: z.string().min(1).max(32).default("spot"),
  timeframe: z.string().min(1).max(8).default("1m"),
  data_type: z.enum(["raw", "funding"]).default("raw"),
  start_date: z.string().max(32).optional(),
  end_date: z.string().max(32).optional(),
  days: z.number().int().min(1).max(20_000).optional(),
  full_history: z.boolean().optional(),
  /** `update` goes on from where the series begins, `repair` asks again for what is missing in what was collected. */
  mode: z.enum(["update", "repair"]).optional(),
});
export type DownloadParams = z.output<typeof downloadParams>;

/** What a caller asks for: candles, funding rates, or a download of each. */
export type DownloadRequest = Omit<DownloadParams, "data_type" | "mode"> & {
  data_type: DownloadParams["data_type"] | "both";
  mode?: DownloadParams["mode"];
};

const SYMBOL = /^[\p{L}\p{N}][\p{L}\p{N}/:_.-]*$/u;
const MARKET = /^[A-Za-z]+$/;
const PAYS_FUNDING = /future|swap|perpetual|linear|inverse|derivative/i;

/** Refuses what no exchange could ever answer, before anything is started; 422 naming every field that is wrong. */
export function checkDownload(params: DownloadRequest, now: number): void {
  const errors = downloadProblems(params, now);
  if (errors.length > 0) throw unprocessable(errors);
}

/** Why no exchange could ever answer a request, field by field; empty when one could. */
export function downloadProblems(params: DownloadRequest, now: number): FieldError[] {
  const errors: FieldError[] = [];
  const complain = (field: string, message: string) => errors.push({ field, message });
  const exchange = exchangeById(params.exchange);
  if (!exchange) complain("exchange", `Unknown exchange: ${params.exchange}`);
  else if (wantsCandles(params) && !exchange.candles) complain("exchange", `${exchange.name} offers no candles`);
  else if (wantsFunding(params) && !exchange.funding) complain("exchange", `${exchange.name} offers no funding rates`);
  if (!SYMBOL.test(params.symbol)) complain("symbol", "is not a trading symbol");
  if (!MARKET.test(params.market)) complain("market", "is not a market type");
  else if (wantsFunding(params) && !PAYS_FUNDING.test(params.market)) {
    complain("market", `has no funding rates: ${params.market}`);
  }
  const offered = wantsCandles(params) ? (exchange?.timeframes ?? []) : [];
  if (collectedStep(params.timeframe) === null || (offered.length > 0 && !offered.includes(params.timeframe))) {
    complain("timeframe", `Unsupported timeframe: ${params.timeframe}`);
  }
  const start = params.start_date === undefined ? null : parseStart(params.start_date);
  const end = params.end_date === undefined ? null : parseEnd(params.end_date);
  if (params.start_date !== undefined && start === null) complain("start_date", DATE_HINT);
  if (params.end_date !== undefined && end === null) complain("end_date", DATE_HINT);
  if (start !== null && end !== null && end <= start) complain("end_date", "lies before start_date");
  if (start !== null && start > now) complain("start_date", "lies in the future");
  return errors;
}

export const wantsCandles = ({ data_type }: DownloadRequest) => data_type !== "funding";
export const wantsFunding = ({ data_type }: DownloadRequest) => data_type !== "raw";

/** Exchanges publish a candle a moment after it closes; asked too early, they make it look like a gap. */
const PUBLISHING_MS = 10_000;
/** So much later a payment of funding is in the history of every exchange. */
const FUNDING_PUBLISHING_MS = 10 * 60_000;

/**
 * What a download is to collect: from its start date, else `days` back, else from the listing on (`from` 0); up to its
 * end, but never a candle that is still forming. `length` in ms; null for funding rates, which have no length.
 */
export function downloadRange(params: DownloadParams, length: number | null, now: number): Interval {
  const step = length ?? 1;
  const publishing = length === null ? FUNDING_PUBLISHING_MS : PUBLISHING_MS;
  const end = params.end_date === undefined ? null : parseEnd(params.end_date);
  const closed = Math.floor((now - publishing) / step) * step;
  const to = Math.min(end ?? closed, closed);
  const start = params.start_date === undefined ? null : parseStart(params.start_date);
  if (start !== null && params.full_history !== true) return { from: Math.ceil(start / step) * step, to };
  if (params.days !== undefined && params.full_history !== true) {
    return { from: Math.ceil((now - params.days * DAY_MS) / step) * step, to };
  }
  return { from: 0, to };
}

/** What two downloads of one series share, so that only one of them is live. */
export function downloadSubject(
  exchange: string,
  market: string,
  symbol: string,
  timeframe: string,
  data_type = "raw",
): string {
  return `download:${exchange.toUpperCase()}:${market}:${symbol}:${data_type}:${timeframe}`;
}

/** The subject of any work on a stored series: the same as its download's, so that the two exclude each other. */
export function seriesSubject(series: {
  exchange: string;
  market: string;
  symbol: string;
  data_type: string;
  timeframe: string;
}): string {
  const { exchange, market, symbol, data_type, timeframe } = series;
  // One job aggregates all lengths of a series, under the length that it is made from.
  return downloadSubject(exchange, market, symbol, data_type === "agg" ? "1m" : timeframe, data_type);
}

/** The data type and timeframe under which a download stores what it collects. */
export function storedAs({ data_type, timeframe }: DownloadParams): { data_type: string; timeframe: string } {
  return data_type === "funding" ? FUNDING : { data_type: "raw", timeframe };
}
