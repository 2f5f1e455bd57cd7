import type { Context } from "../../context.ts";
import { notFound, unprocessable } from "../../errors.ts";
import { CANDLE_COLUMNS } from "../../formats/candles.ts";
import { joinPackedArrays } from "../../formats/gzip-array.ts";
import type { Selection } from "../../formats/parquet.ts";
import { ObjectChanged } from "../../platform/storage/ranges.ts";
import { type AnswerFormat, CONTENT_TYPES, encodeAnswer } from "./answer-formats.ts";
import { chooseSeries } from "./choose-series.ts";
import { parseEnd, parseStart } from "./dates.ts";
import { matchesEtag } from "../../platform/http/etag.ts";
import { etagOf } from "./etag.ts";
import { readLakeObject } from "./lake-file.ts";
import { findFeatures, isFeatureColumn, openFeatures } from "./point-in-time.ts";
import { limitRows, readAhead, readLakeFiles, streamOf } from "./row-stream.ts";
import { FUNDING, seriesColumns } from "./series-columns.ts";
import { findSeriesWithFiles } from "./series.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";

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
  /** `set@version`, comma-separated: joined as of each row. */
  features?: string | undefined;
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
  const { market, timeframe, symbol, files } = await findFiles(ctx, input, selection);
  const owner = { exchange: input.exchange.toUpperCase(), market, symbols: [symbol, symbolKey(input.symbol)] };
  const features = input.features === undefined ? null : await findFeatures(ctx, owner, input.features);
  const { format, limit, accepts_gzip } = input;
  const etag = await etagOf([
    market,
    timeframe,
    format,
    limit ?? null,
    selection,
    files.map((file) => file.object_key),
    features?.map((file) => [file.feature.prefix, file.object_key]) ?? null,
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
  if (features) return answerJoined(ctx, input, { selection, files, features, headers: typed });
  if (format === "json" && limit === undefined && accepts_gzip && files.length > 0) {
    const stored = await openStoredAnswer(ctx, files, selection);
    if (stored)
      return { status: 200, headers: { ...typed, "Content-Encoding": "gzip", ...stored.headers }, body: stored.body };
  }
  const rows = limitRows(readAhead(readLakeFiles(ctx, files, selection)), limit ?? Infinity);
  return { status: 200, headers: typed, body: await streamOf(encodeAnswer(format, selection.columns, rows)) };
}

interface JoinedRead {
  selection: Selection;
  files: readonly StoredFile[];
  features: Awaited<ReturnType<typeof findFeatures>>;
  headers: Record<string, string>;
}

async function answerJoined(
  ctx: Context,
  { format, limit, columns }: ReadInput,
  { selection, files, features, headers }: JoinedRead,
): Promise<ReadAnswer> {
  const candles = selection.columns.filter((name) => !isFeatureColumn(name));
  const all = columns === undefined ? null : selection.columns;
  const joined = await openFeatures(ctx, features, { candles, all });
  const read = readLakeFiles(ctx, files, { ...selection, columns: [...new Set(["ts", ...candles])] });
  const rows = limitRows(joined.join(readAhead(read)), limit ?? Infinity);
  const leftOut = joined.left_out.map((name) => encodeURIComponent(name)).join(",");
  return {
    status: 200,
    headers: leftOut === "" ? headers : { ...headers, "X-Columns-Left-Out": leftOut },
    body: await streamOf(encodeAnswer(format, joined.columns, rows)),
  };
}

function readSelection({ start, end, columns, features, data_type, timeframe }: ReadInput): Selection {
  const from = parseStart(start);
  const to = parseEnd(end);
  if (from === null || to === null)
    throw unprocessable([{ field: from === null ? "start" : "end", message: "is no date" }]);
  if (to <= from) throw unprocessable([{ field: "end", message: "is before start" }]);
  const known = seriesColumns({ data_type, timeframe: timeframe ?? FUNDING.timeframe });
  const names = [...new Set(columns?.split(",").map((name) => name.trim()) ?? known)];
  const unknown = names
    .filter((name) => !known.includes(name))
    .filter((name) => features === undefined || !isFeatureColumn(name));
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
  const { market, timeframe, chosen, rows: ofSeries } = chooseSeries(input, rows);
  return { market, timeframe, symbol: chosen?.symbol ?? symbol_key, files: ofSeries.filter(isStored) };
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
