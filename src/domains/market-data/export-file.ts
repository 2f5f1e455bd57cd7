import { Buffer } from "node:buffer";
import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { TERMINAL_HEADER, terminalPeriod, writeTerminalRows } from "../../formats/terminal-csv.ts";
import { markLive } from "../../platform/storage/objects.store.ts";
import { safeSegment } from "../../platform/storage/segments.ts";
import { createObjectWriter } from "../../platform/storage/stream-writer.ts";
import { DAY_MS } from "./dates.ts";
import { readCandlesInOrder } from "./export-rows.ts";
import { type ExportRow, orphanReplaced, prolongExport, upsertExport } from "./export.store.ts";
import type { LakeFile } from "./lake-file.ts";
import { readAhead } from "./row-stream.ts";
import { symbolKey } from "./symbols.ts";

/** Candles of one series and what the file of them is called after. */
export interface ExportSource {
  exchange: string;
  market: string;
  symbol: string;
  timeframe: string;
  /** Keeps files of one name apart: `dataset-12`, `aggregated-1m`. */
  scope: string;
  /** Later ones win where two have a candle of the same time. */
  files: readonly LakeFile[];
}

/** Part of every source hash, so that a change of the format makes new files. */
const FORMAT_VERSION = "terminal-csv-1";

/** Where an export lies as the documents print it. */
export const exportFolder = (exchange: string, market?: string) =>
  ["export", exchange, ...(market === undefined ? [] : [market])].join("/");

/**
 * Writes the candles to the lake as CSV for trading terminals, or finds the file that was made of the same source
 * files. Kept `EXPORT_RETENTION_DAYS` from now. Throws `ObjectChanged` when a source file was replaced meanwhile.
 */
export async function storeExport(ctx: Context, source: ExportSource): Promise<ExportRow> {
  const { exchange, market, symbol, timeframe, scope } = source;
  const now = ctx.now();
  const expires_at = now + ctx.config.EXPORT_RETENTION_DAYS * DAY_MS;
  const ticker = symbolKey(symbol);
  const filename = safeSegment(`dl_${ticker}_${exchange}_${market}.csv.txt`);
  const folder = exportFolder(exchange, market);
  const path = `${folder}/${filename}`;
  const source_hash = await hashSource(source);
  const [known] = await prolongExport(ctx.db, source_hash, { expires_at, now });
  if (known) return known;

  const key = `${folder}/${scope}/${filename}.${crypto.randomUUID()}`;
  const { row_count, size_bytes, sha256 } = await writeFile(ctx, source, key);
  const [, [row]] = await ctx.db.batch([
    orphanReplaced(ctx.db, source_hash, now),
    upsertExport(ctx.db, {
      ...{ exchange, market, timeframe, scope, filename, path, source_hash },
      ...{ row_count, size_bytes, sha256, expires_at },
      symbol: ticker,
      object_key: key,
      created_at: now,
    }),
    markLive(ctx.db, key, now),
  ]);
  if (!row) throw notFound("Export not found");
  return row;
}

async function writeFile(ctx: Context, source: ExportSource, key: string) {
  const writer = createObjectWriter(ctx, { key, content_type: "text/csv; charset=utf-8", origin: "export" });
  const series = { ticker: symbolKey(source.symbol), period: terminalPeriod(source.timeframe) };
  let row_count = 0;
  try {
    writer.write(new TextEncoder().encode(TERMINAL_HEADER));
    for await (const candles of readAhead(readCandlesInOrder(ctx, source.files))) {
      row_count += candles.ts.length;
      await writer.ready();
      writer.write(writeTerminalRows(candles, series));
    }
    return { row_count, ...(await writer.finish()) };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Names what the bytes are made from as a hash of the bytes would, and is known before they are. */
async function hashSource(source: ExportSource): Promise<string> {
  const { exchange, market, symbol, timeframe, scope, files } = source;
  const keys = files.map((file) => file.object_key);
  const made = JSON.stringify([FORMAT_VERSION, exchange, market, symbolKey(symbol), timeframe, scope, keys]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(made));
  return Buffer.from(digest).toString("hex");
}
