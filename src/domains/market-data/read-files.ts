import type { Context } from "../../context.ts";
import { notFound, unprocessable } from "../../errors.ts";
import { CANDLE_COLUMNS } from "../../formats/candles.ts";
import type { Selection } from "../../formats/parquet.ts";
import type { TableColumns } from "../../formats/table.ts";
import type { AnswerColumns } from "./answer-formats.ts";
import { chooseSeries } from "./choose-series.ts";
import { holdsCandles } from "./ingest-file-params.ts";
import type { Interval } from "./intervals.ts";
import { findTableColumns, readTableFiles } from "./read-table.ts";
import { readLakeFiles } from "./row-stream.ts";
import { FUNDING, FUNDING_COLUMNS } from "./series-columns.ts";
import { findSeriesWithFiles } from "./series.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";
import type { DataType } from "./tables.ts";
import { canonicalTimeframe } from "./timeframes.ts";

/** Which series is meant, in the caller's spelling. */
export interface SeriesQuestion {
  exchange: string;
  symbol: string;
  data_type: DataType;
  market?: string | undefined;
  timeframe?: string | undefined;
}

/** How a series is stored that is called by the name that downloads have for it, or with the timeframe in words. */
export function storedSeries(data_type: DataType | "funding", timeframe: string | undefined) {
  const stored = timeframe === undefined ? undefined : canonicalTimeframe(timeframe);
  if (data_type !== "funding") return { data_type, timeframe: stored };
  return { data_type: FUNDING.data_type, timeframe: stored ?? FUNDING.timeframe };
}

type SeriesFile = Awaited<ReturnType<typeof findSeriesWithFiles>>[number];
export type StoredFile = SeriesFile & { object_key: string; size_bytes: number };

/** The series that a question means, and its files that hold rows of the range, oldest first. */
export interface FoundSeries {
  data_type: DataType;
  market: string;
  timeframe: string;
  /** As it is stored. */
  symbol: string;
  files: readonly StoredFile[];
}

/** Throws 404 for a series we do not have, and 400 when the symbol is on several markets and none of them is SPOT. */
export async function findSeriesFiles(
  ctx: Context,
  asked: SeriesQuestion,
  { from, to }: Interval,
): Promise<FoundSeries> {
  const { exchange, symbol, data_type, timeframe } = asked;
  const symbol_key = symbolKey(symbol);
  const market = asked.market === undefined ? undefined : canonicalMarket(asked.market);
  const filter = { exchange: exchange.toUpperCase(), symbol_key, data_type, market, timeframe, from, to };
  const found = await findSeriesWithFiles(ctx.db, filter);
  if (found.length === 0) throw notFound(`No ${data_type} data for ${symbol} on ${exchange}`);
  const { chosen, rows, ...named } = chooseSeries(asked, found);
  return { ...named, data_type, symbol: chosen?.symbol ?? symbol_key, files: rows.filter(isStored) };
}

/** What there is to read of a series: candles have six columns, other data those of its files. */
export async function findColumns(ctx: Context, { data_type, timeframe, files }: FoundSeries): Promise<AnswerColumns> {
  if (holdsCandles(data_type)) return { names: CANDLE_COLUMNS, texts: new Set() };
  if (files.length > 0) return findTableColumns(ctx, files);
  return { names: timeframe === FUNDING.timeframe ? FUNDING_COLUMNS : ["ts"], texts: new Set() };
}

/** The rows of the range, a piece per row group. */
export function readFiles(
  ctx: Context,
  { data_type, files }: FoundSeries,
  selection: Selection,
  texts: ReadonlySet<string>,
): AsyncGenerator<TableColumns> {
  if (holdsCandles(data_type)) return readLakeFiles(ctx, files, selection);
  return readTableFiles(ctx, files, selection, texts);
}

/** Throws `unprocessable` naming the first wanted column that is not there. */
export function refuseUnknown(wanted: readonly string[], known: readonly string[]): void {
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const message = `has no ${JSON.stringify(unknown)}; there are ${known.join(", ")}`;
  throw unprocessable([{ field: "columns", message }]);
}

function isStored(row: SeriesFile): row is StoredFile {
  return row.object_key !== null && row.size_bytes !== null;
}
