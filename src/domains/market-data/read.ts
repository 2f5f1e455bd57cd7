import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { CANDLE_COLUMNS } from "../../formats/candles.ts";
import { matchesEtag } from "../../platform/http/etag.ts";
import { ObjectChanged } from "../../platform/storage/ranges.ts";
import { type AnswerFormat, CONTENT_TYPES, encodeAnswer } from "./answer-formats.ts";
import { parseEnd, parseStart } from "./dates.ts";
import { etagOf } from "./etag.ts";
import { holdsCandles } from "./ingest-file-params.ts";
import type { Interval } from "./intervals.ts";
import { findFeatures, isFeatureColumn, openFeatures } from "./point-in-time.ts";
import {
  findColumns,
  findSeriesFiles,
  type FoundSeries,
  readFiles,
  refuseUnknown,
  type SeriesQuestion,
} from "./read-files.ts";
import { limitRows, readAhead, streamOf } from "./row-stream.ts";
import { openStoredAnswer } from "./stored-answer.ts";
import { marketsAlike, symbolKey } from "./symbols.ts";

/** What a caller of `/read` asks for, as it travels. */
export interface ReadInput extends SeriesQuestion {
  start: string;
  end: string;
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

/**
 * The rows of one series between two dates, both inclusive, ascending. Throws 404 for a series we do not have, 400
 * when the symbol is on several markets and none of them is SPOT, 422 for wrong dates or columns.
 */
export async function readSeries(ctx: Context, input: ReadInput): Promise<ReadAnswer> {
  const range = parseRange(input);
  const wanted = input.columns === undefined ? null : splitNames(input.columns);
  if (wanted && holdsCandles(input.data_type)) refuseUnknown(ownColumns(wanted, input, CANDLE_COLUMNS), CANDLE_COLUMNS);
  try {
    return await answerRead(ctx, input, range, wanted);
  } catch (error) {
    if (!(error instanceof ObjectChanged)) throw error;
    // A download replaced a file between the manifest and the object: the manifest now names the new one.
    return answerRead({ ...ctx, db: ctx.primary }, input, range, wanted);
  }
}

async function answerRead(
  ctx: Context,
  input: ReadInput,
  range: Interval,
  wanted: string[] | null,
): Promise<ReadAnswer> {
  const found = await findSeriesFiles(ctx, input, range);
  const { market, timeframe, symbol, files } = found;
  const owner = {
    exchange: input.exchange.toUpperCase(),
    markets: marketsAlike(market),
    symbols: [symbol, symbolKey(input.symbol)],
  };
  const features = input.features === undefined ? null : await findFeatures(ctx, owner, input.features);
  const { format, limit } = input;
  const etag = await etagOf([
    market,
    timeframe,
    format,
    limit ?? null,
    range,
    wanted,
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
  if (features) return answerJoined(ctx, input, { found, range, wanted, features, headers: typed });
  return answerRows(ctx, input, { found, range, wanted, headers: typed });
}

interface FoundRead {
  found: FoundSeries;
  range: Interval;
  /** Null for all columns. */
  wanted: string[] | null;
  headers: Record<string, string>;
}

async function answerRows(
  ctx: Context,
  { format, limit, accepts_gzip }: ReadInput,
  { found, range, wanted, headers }: FoundRead,
): Promise<ReadAnswer> {
  const known = await findColumns(ctx, found);
  if (found.files.length > 0) refuseUnknown(wanted ?? [], known.names);
  const names = wanted ?? known.names;
  const selection = { ...range, columns: names };
  if (format === "json" && limit === undefined && accepts_gzip) {
    const stored = await openStoredAnswer(ctx, found.files, selection);
    const packed = { ...headers, "Content-Encoding": "gzip", ...stored?.headers };
    if (stored) return { status: 200, headers: packed, body: stored.body };
  }
  const rows = limitRows(readAhead(readFiles(ctx, found, selection, known.texts)), limit ?? Infinity);
  const body = await streamOf(encodeAnswer(format, { names, texts: known.texts }, rows));
  return { status: 200, headers, body };
}

async function answerJoined(
  ctx: Context,
  input: ReadInput,
  { found, range, wanted, features, headers }: FoundRead & { features: Awaited<ReturnType<typeof findFeatures>> },
): Promise<ReadAnswer> {
  const { names, texts } = await findColumns(ctx, found);
  const own = wanted ? ownColumns(wanted, input, names) : names;
  if (found.files.length > 0) refuseUnknown(own, names);
  const joined = await openFeatures(ctx, features, { candles: own, all: wanted });
  const selection = { ...range, columns: [...new Set(["ts", ...own])] };
  const read = joined.join(readAhead(readFiles(ctx, found, selection, texts)));
  const rows = limitRows(read, input.limit ?? Infinity);
  const leftOut = joined.left_out.map((name) => encodeURIComponent(name)).join(",");
  return {
    status: 200,
    headers: leftOut === "" ? headers : { ...headers, "X-Columns-Left-Out": leftOut },
    body: await streamOf(encodeAnswer(input.format, { names: joined.columns, texts }, rows)),
  };
}

/** The wanted columns without those that only a feature can have. */
function ownColumns(wanted: readonly string[], { features }: ReadInput, known: readonly string[]): string[] {
  return wanted.filter((name) => features === undefined || known.includes(name) || !isFeatureColumn(name));
}

const splitNames = (columns: string) => [...new Set(columns.split(",").map((name) => name.trim()))];

function parseRange({ start, end }: ReadInput): Interval {
  const from = parseStart(start);
  const to = parseEnd(end);
  if (from === null || to === null)
    throw unprocessable([{ field: from === null ? "start" : "end", message: "is no date" }]);
  if (to <= from) throw unprocessable([{ field: "end", message: "is before start" }]);
  return { from, to };
}
