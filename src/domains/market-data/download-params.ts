import { z } from "@hono/zod-openapi";
import { exchangeById } from "../../connectors/exchanges/exchange-list.ts";
import { type FieldError, unprocessable } from "../../errors.ts";
import { DATE_HINT, DAY_MS, parseEnd, parseStart } from "./dates.ts";
import type { Interval } from "./intervals.ts";
import { collectedStep } from "./timeframes.ts";

export const downloadParams = z.object({
  exchange: z.string().min(1).max(64).default("binance"),
  symbol: z.string().min(1).max(64),
  market: z.string().min(1).max(32).default("spot"),
  timeframe: z.string().min(1).max(8).default("1m"),
  data_type: z.enum(["raw"]).default("raw"),
  start_date: z.string().max(32).optional(),
  end_date: z.string().max(32).optional(),
  days: z.number().int().min(1).max(20_000).optional(),
  full_history: z.boolean().optional(),
});
export type DownloadParams = z.output<typeof downloadParams>;

const SYMBOL = /^[\p{L}\p{N}][\p{L}\p{N}/:_.-]*$/u;
const MARKET = /^[A-Za-z]+$/;

/** Refuses what no exchange could ever answer, before anything is started; 422 naming every field that is wrong. */
export function checkDownload(params: DownloadParams, now: number): void {
  const errors: FieldError[] = [];
  const complain = (field: string, message: string) => errors.push({ field, message });
  const exchange = exchangeById(params.exchange);
  if (!exchange) complain("exchange", `Unknown exchange: ${params.exchange}`);
  else if (!exchange.candles) complain("exchange", `${exchange.name} offers no candles`);
  if (!SYMBOL.test(params.symbol)) complain("symbol", "is not a trading symbol");
  if (!MARKET.test(params.market)) complain("market", "is not a market type");
  const offered = exchange?.timeframes ?? [];
  if (collectedStep(params.timeframe) === null || (offered.length > 0 && !offered.includes(params.timeframe))) {
    complain("timeframe", `Unsupported timeframe: ${params.timeframe}`);
  }
  const start = params.start_date === undefined ? null : parseStart(params.start_date);
  const end = params.end_date === undefined ? null : parseEnd(params.end_date);
  if (params.start_date !== undefined && start === null) complain("start_date", DATE_HINT);
  if (params.end_date !== undefined && end === null) complain("end_date", DATE_HINT);
  if (start !== null && end !== null && end <= start) complain("end_date", "lies before start_date");
  if (start !== null && start > now) complain("start_date", "lies in the future");
  if (errors.length > 0) throw unprocessable(errors);
}

/** Exchanges publish a candle a moment after it closes; asked too early, they make it look like a gap. */
const PUBLISHING_MS = 10_000;

/**
 * What a download is to collect: from its start date, else `days` back, else from the listing on (`from` 0); up to its
 * end, but never a candle that is still forming. `step` in ms.
 */
export function downloadRange(params: DownloadParams, step: number, now: number): Interval {
  const end = params.end_date === undefined ? null : parseEnd(params.end_date);
  const closed = Math.floor((now - PUBLISHING_MS) / step) * step;
  const to = Math.min(end ?? closed, closed);
  const start = params.start_date === undefined ? null : parseStart(params.start_date);
  if (start !== null && params.full_history !== true) return { from: Math.ceil(start / step) * step, to };
  if (params.days !== undefined && params.full_history !== true) {
    return { from: Math.ceil((now - params.days * DAY_MS) / step) * step, to };
  }
  return { from: 0, to };
}

/** What two downloads of one series share, so that only one of them is live. */
export function downloadSubject(exchange: string, market: string, symbol: string, timeframe: string): string {
  return `download:${exchange.toUpperCase()}:${market}:${symbol}:raw:${timeframe}`;
}
