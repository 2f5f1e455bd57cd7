import type { Context } from "../../context.ts";
import { badRequest, notFound, unprocessable } from "../../errors.ts";
import { CANDLE_COLUMNS } from "../../formats/candles.ts";
import { joinPackedArrays } from "../../formats/gzip-array.ts";
import type { Selection } from "../../formats/parquet.ts";
import { ObjectChanged } from "../../platform/storage/ranges.ts";
import { type AnswerFormat, CONTENT_TYPES, encodeAnswer } from "./answer-formats.ts";
import { parseEnd, parseStart } from "./dates.ts";
import { etagOf, matchesEtag } from "./etag.ts";
import { readLakeObject } from "./lake-file.ts";
import { limitRows, readAhead, readLakeFiles, streamOf } from "./row-stream.ts";
import { findSeriesWithFiles } from "./series.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";
import { finestTimeframe } from "./timeframes.ts";

/** What a caller of `/read` asks for, as it travels. */
export interface ReadInput {
  exchange: string;
  symbol: string;
  start: string;
  end: string;
  data_type: string;
  market?: string | undefined;
  timeframe?: string | undefined;
  /** Comma-separated; all when absent. */
  columns?: string | undefined;
  limit?: number | undefined;
  format: AnswerFormat;
  accepts_gzip: boolean;
  if_none_match?: string | undefined;
}

/** Status, headers and bytes of the answer; 304 has no body. */
export interface ReadAnswer {
  status: 200 | 304;
  headers: Record<string, string>;
  body: ReadableStream<Uint8Array> | null;
}

type SeriesFile = Awaited<ReturnType<typeof findSeriesWithFiles>>[number];
type StoredFile = SeriesFile & { object_key: string; size_bytes: number };

/**
 * The rows of one series between two dates, both inclusive, ascending. Throws 404 for a series we do not have, 400
 * when the symbol is on several markets and none of them is SPOT, 422 for wrong dates or columns.
 */
export async function readSeries(ctx: Context, input: ReadInput): Promise<ReadAnswer> {
  const selection = readSelection(input);
  try {
    return await answerRead(ctx, input, selection);
  } catch (error) {
    if (!(error instanceof ObjectChanged)) throw error;
    // A download replaced a file between the manifest and the object: the manifest now names the new one.
    return answerRead({ ...ctx, db: ctx.primary }, input, selection);
  }
}

async function answerRead(ctx: Context, input: ReadInput, selection: Selection): Promise<ReadAnswer> {
  const { market, timeframe, files } = await findFiles(ctx, input, selection);
  const { format, limit, accepts_gzip } = input;
  const etag = await etagOf([
    market,
    timeframe,
    format,
    limit ?? null,
    selection,
    files.map((file) => file.object_key),
  ]);
  const headers = {
    ETag: etag,
    "Cache-Control": "private, no-cache",
    Vary: "Accept, Accept-Encoding",
    "X-Market": market,
    "X-Timeframe": timeframe,
  };
  if (matchesEtag(input.if_none_match, etag)) return { status: 304, headers, body: null };
  const typed = { ...headers, "Content-Type": CONTENT_TYPES[format] };
  if (format === "json" && limit === undefined && accepts_gzip && files.length > 0) {
    const stored = await openStoredAnswer(ctx, files, selection);
    if (stored)
      return { status: 200, headers: { ...typed, "Content-Encoding": "gzip", ...stored.headers }, body: stored.body };
  }
  const rows = limitRows(readAhead(readLakeFiles(ctx, files, selection)), limit ?? Infinity);
  return { status: 200, headers: typed, body: await streamOf(encodeAnswer(format, selection.columns, rows)) };
}

function readSelection({ start, end, columns }: ReadInput): Selection {
  const from = parseStart(start);
  const to = parseEnd(end);
  if (from === null || to === null)
    throw unprocessable([{ field: from === null ? "start" : "end", message: "is no date" }]);
  if (to <= from) throw unprocessable([{ field: "end", message: "is before start" }]);
  const names = [...new Set(columns?.split(",").map((name) => name.trim()) ?? CANDLE_COLUMNS)];
  const known: readonly string[] = CANDLE_COLUMNS;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw unprocessable([
      { field: "columns", message: `has no ${JSON.stringify(unknown[0])}; there are ${known.join(", ")}` },
    ]);
  return { from, to, columns: names };
}

async function findFiles(ctx: Context, input: ReadInput, { from, to }: Selection) {
  const { exchange, symbol, data_type } = input;
  const symbol_key = symbolKey(symbol);
  const rows = await findSeriesWithFiles(ctx.db, {
    exchange: exchange.toUpperCase(),
    symbol_key,
    data_type,
    market: input.market === undefined ? undefined : canonicalMarket(input.market),
    timeframe: input.timeframe,
    from,
    to,
  });
  if (rows.length === 0) throw notFound(`No ${data_type} data for ${symbol} on ${exchange}`);
  const market = chooseMarket(input, rows);
  const onMarket = rows.filter((row) => row.market === market);
  const timeframe = finestTimeframe(onMarket.map((row) => row.timeframe));
  const candidates = onMarket.filter((row) => row.timeframe === timeframe);
  // Another contract may carry the same letters as its exchange id: the printed symbol goes first.
  const chosen = candidates.find((row) => row.symbol === symbol_key) ?? candidates[0];
  const files = candidates.filter((row) => row.series_id === chosen?.series_id).filter(isStored);
  return { market, timeframe, files };
}

function chooseMarket({ symbol, exchange }: ReadInput, rows: readonly SeriesFile[]): string {
  const [first = "", ...others] = new Set(rows.map((row) => row.market));
  if (others.length === 0) return first;
  if (first === "SPOT" || others.includes("SPOT")) return "SPOT";
  const names = [first, ...others].toSorted().join(", ");
  throw badRequest(
    `${symbol} is on several markets of ${exchange}: ${names}. Choose one with market=`,
    "MARKET_AMBIGUOUS",
  );
}

function isStored(row: SeriesFile): row is StoredFile {
  return row.object_key !== null && row.size_bytes !== null;
}

/** The packed JSON of whole files, when all of every file is wanted and every file has it. */
async function openStoredAnswer(
  ctx: Context,
  files: readonly StoredFile[],
  selection: Selection,
): Promise<Pick<ReadAnswer, "headers" | "body"> | null> {
  if (selection.columns.join() !== CANDLE_COLUMNS.join()) return null;
  const keys: string[] = [];
  for (const { json_key, time_from, time_to } of files) {
    const covered = time_from !== null && time_to !== null && selection.from <= time_from && time_to < selection.to;
    if (json_key === null || !covered) return null;
    keys.push(json_key);
  }
  const [only, ...others] = keys;
  if (only === undefined) return null;
  if (others.length > 0) {
    const loaders = keys.map((key) => () => readLakeObject(ctx, key));
    return { headers: {}, body: await streamOf(joinPackedArrays(loaders), 2) };
  }
  const object = await ctx.lake.get(only);
  if (!object) throw new ObjectChanged();
  return { headers: { "Content-Length": String(object.size) }, body: object.body };
}
