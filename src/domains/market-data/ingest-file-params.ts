import { z } from "@hono/zod-openapi";
import { type FieldError, unprocessable } from "../../errors.ts";
import { segmentProblem } from "../../platform/storage/segments.ts";
import { canonicalMarket, printedSymbol, symbolKey } from "./symbols.ts";
import type { DataType } from "./tables.ts";
import { canonicalTimeframe, collectedStep, PERIOD } from "./timeframes.ts";

/** What a file is said to hold, as it travels. */
export const fileDescription = z.object({
  exchange: z.string().trim().min(1).max(64).openapi({ description: "Exchange of the data", example: "binance" }),
  symbol: z.string().trim().min(1).max(64).openapi({ description: "Symbol, in any spelling", example: "BTCUSDT" }),
  market: z.string().trim().min(1).max(32).default("futures").openapi({ description: "Market", example: "spot" }),
  data_type: z.enum(["raw", "agg", "ticks", "alt"]).default("raw").openapi({
    description: "`raw` and `agg` hold candles, `ticks` and `alt` any columns beside `ts`",
    example: "raw",
  }),
  timeframe: z
    .string()
    .trim()
    .min(1)
    .max(32)
    .optional()
    .openapi({ description: "Length of a candle; `1m`, for ticks `tick`, else `alt` when absent", example: "1m" }),
});

/** The same for a file that is in the lake already. */
export const fileRequest = fileDescription.extend({
  source_path: z.string().min(1).max(1024).openapi({
    description:
      "A path that `/list` shows, one of an export, an object below `inbox/`, or the id of a finished upload",
    example: "inbox/BTCUSDT_1m.csv",
  }),
});
export type FileDescription = z.output<typeof fileDescription>;

/** The series that a file belongs to, in stored form. */
export interface FileSeries {
  exchange: string;
  market: string;
  symbol: string;
  unified_symbol: string;
  data_type: DataType;
  timeframe: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const MARKET = /^[A-Za-z]+$/;
const UNIFIED = /^([^/:]+)\/([^/:]+)(?::([^:-]+)(?:-.*)?)?$/;
const DEFAULT_TIMEFRAMES: Record<DataType, string> = { raw: "1m", agg: "1m", ticks: "tick", alt: "alt" };

/** Whether a type holds candles: six columns, one row per `ts`. */
export const holdsCandles = (data_type: DataType) => data_type === "raw" || data_type === "agg";

/** The series a description means. Throws `unprocessable` naming every field that is wrong. */
export function describeFileSeries(input: FileDescription): FileSeries {
  const { exchange, market, data_type } = input;
  const timeframe = canonicalTimeframe(input.timeframe ?? DEFAULT_TIMEFRAMES[data_type]);
  const symbol = printedForm(input.symbol);
  const errors: FieldError[] = [];
  const complain = (field: string, message: string) => errors.push({ field, message });
  if (!NAME.test(exchange)) complain("exchange", "is not the name of an exchange");
  if (!MARKET.test(market)) complain("market", "is not a market type");
  if (segmentProblem(symbol) !== null) complain("symbol", "is not a trading symbol");
  const known = holdsCandles(data_type) ? collectedStep(timeframe) !== null : PERIOD.test(timeframe);
  if (!known) complain("timeframe", `Unsupported timeframe: ${timeframe}`);
  if (errors.length > 0) throw unprocessable(errors);
  return {
    exchange: exchange.toUpperCase(),
    market: canonicalMarket(market),
    symbol,
    unified_symbol: UNIFIED.test(input.symbol) ? input.symbol.toUpperCase() : symbol,
    data_type,
    timeframe,
  };
}

/** The form under which downloads store the symbol: `BTC/USDT:USDT` is `BTCUSDT`. */
function printedForm(text: string): string {
  const symbol = text.toUpperCase();
  const [, base, quote, settle = null] = UNIFIED.exec(symbol) ?? [];
  return base && quote ? printedSymbol({ symbol, base, quote, settle }) : symbolKey(symbol);
}
