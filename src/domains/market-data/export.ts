import type { Context } from "../../context.ts";
import { notFound, unprocessable } from "../../errors.ts";
import { type Purged, purgedOf } from "../../platform/retention/purge.ts";
import { ObjectChanged } from "../../platform/storage/ranges.ts";
import { type FileRequest, streamObject } from "../../platform/storage/stream-object.ts";
import { chooseSeries } from "./choose-series.ts";
import { storeExport } from "./export-file.ts";
import {
  deleteExpired,
  type ExportRow,
  findDataset,
  findExport,
  listExpired,
  listSymbols,
  orphanUnnamed,
} from "./export.store.ts";
import { findSeriesWithFiles } from "./series.store.ts";
import { canonicalMarket, symbolKey } from "./symbols.ts";

/** Whose candles to export, in any spelling. */
export interface TickerInput {
  exchange: string;
  symbol: string;
  market?: string | undefined;
}

/** The only timeframe that is exported by symbol. */
export const EXPORTED_TIMEFRAME = "1m";

const CANDLE_TYPES = ["raw", "agg"];
const SYMBOLS_NAMED = 5;
const EXPORTS_A_PURGE = 100;

/** Exports one file of the lake. Throws 404 for an id we do not have and 422 for one that holds no candles. */
export function exportDataset(ctx: Context, id: number): Promise<ExportRow> {
  return rereadWhenReplaced(ctx, async (current) => {
    const [dataset] = await findDataset(current.db, id);
    if (!dataset) throw notFound("Dataset not found in manifest");
    const { exchange, market, symbol, timeframe, type } = dataset;
    if (timeframe === null || !CANDLE_TYPES.includes(type))
      throw unprocessable([{ field: "dataset_id", message: `is of type ${type}, which has no candles to export` }]);
    return storeExport(current, { exchange, market, symbol, timeframe, scope: `dataset-${id}`, files: [dataset] });
  });
}

/**
 * Exports all minutes of a symbol as one file. Without a market SPOT is chosen, else the only one: markets never mix.
 * Throws 404 when there are no minutes, and 400 when the symbol is on several markets and none of them is SPOT.
 */
export function exportTicker(ctx: Context, input: TickerInput): Promise<ExportRow> {
  return rereadWhenReplaced(ctx, async (current) => {
    const exchange = input.exchange.toUpperCase();
    const found = await findSeriesWithFiles(current.db, {
      exchange,
      symbol_key: symbolKey(input.symbol),
      data_type: "raw",
      market: input.market === undefined ? undefined : canonicalMarket(input.market),
      timeframe: EXPORTED_TIMEFRAME,
      from: Number.MIN_SAFE_INTEGER,
      to: Number.MAX_SAFE_INTEGER,
    });
    const { market, timeframe, chosen, rows } = chooseSeries(input, found.filter(isStored));
    if (!chosen) throw await noMinutes(current, input);
    const scope = `aggregated-${timeframe}`;
    return storeExport(current, { exchange, market, symbol: chosen.symbol, timeframe, scope, files: rows });
  });
}

/** An export as a download, whole or in part. Throws 404 for one that is unknown or expired. */
export async function downloadExport(ctx: Context, id: number, request: FileRequest): Promise<Response> {
  const [row] = await findExport(ctx.db, id, ctx.now());
  if (!row) throw notFound("Export not found");
  const { object_key: key, size_bytes, sha256, filename, created_at: modified_at } = row;
  const file = { key, size_bytes, sha256, filename, modified_at, content_type: "text/csv; charset=utf-8" };
  return streamObject(ctx.lake, file, request).catch((error: unknown) => {
    if (error instanceof ObjectChanged) throw notFound("Export not found");
    throw error;
  });
}

/** Forgets exports that have expired, at most a hundred a call; the sweeper removes their bytes a day later. */
export async function purgeExports(ctx: Pick<Context, "db" | "now">): Promise<Purged> {
  const now = ctx.now();
  const expired = await listExpired(ctx.db, now, EXPORTS_A_PURGE);
  if (expired.length === 0) return { rows: 0, bytes: 0 };
  const ids = expired.map(({ id }) => id);
  const keys = expired.map(({ object_key }) => object_key);
  const [deleted] = await ctx.db.batch([deleteExpired(ctx.db, ids, now), orphanUnnamed(ctx.db, keys, now)]);
  return purgedOf(deleted);
}

/** A download may replace a file between the manifest and the object: the manifest then names the new one. */
export async function rereadWhenReplaced<T>(ctx: Context, attempt: (ctx: Context) => Promise<T>): Promise<T> {
  try {
    return await attempt(ctx);
  } catch (error) {
    if (!(error instanceof ObjectChanged)) throw error;
    return attempt({ ...ctx, db: ctx.primary });
  }
}

async function noMinutes(ctx: Context, { exchange, symbol }: TickerInput) {
  const names = await listSymbols(ctx.db, exchange.toUpperCase(), SYMBOLS_NAMED);
  const found = names.map((row) => `'${row.symbol}'`).join(", ");
  return notFound(`No 1m raw data found for ${symbol} on ${exchange}. Found symbols: [${found}]`);
}

function isStored<Row extends { object_key: string | null; size_bytes: number | null }>(
  row: Row,
): row is Row & { object_key: string; size_bytes: number } {
  return row.object_key !== null && row.size_bytes !== null;
}
