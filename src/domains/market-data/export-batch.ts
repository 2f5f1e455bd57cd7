import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { describeError } from "../../platform/http/log.ts";
import { EXPORTED_TIMEFRAME, rereadWhenReplaced } from "./export.ts";
import { exportFolder, storeExport } from "./export-file.ts";
import { type ExportRow, findSeriesFiles, listExportable } from "./export.store.ts";
import { canonicalMarket } from "./symbols.ts";

interface Named {
  symbol: string;
  market: string;
}

/** What became of every symbol of an exchange that has candles. */
export interface BatchOutcome {
  total_symbols: number;
  exported: ExportRow[];
  failed: (Named & { error: string })[];
  skipped: (Named & { reason: string })[];
  export_dir: string;
}

/**
 * Exports the minutes of every symbol of an exchange, each market apart. Stops with `JOB_SLICE_SECONDS` of wall time;
 * what is left is among the skipped, and asking again goes on there, since unchanged exports are kept.
 */
export async function exportBatch(
  ctx: Context,
  input: { exchange: string; market?: string | undefined },
): Promise<BatchOutcome> {
  const exchange = input.exchange.toUpperCase();
  const market = input.market === undefined ? undefined : canonicalMarket(input.market);
  const series = await listExportable(ctx.db, { exchange, market });
  const symbols = Map.groupBy(series, (row) => `${row.market} ${row.symbol}`);
  const deadline = ctx.now() + ctx.config.JOB_SLICE_SECONDS * 1000;
  const outcome: BatchOutcome = {
    total_symbols: symbols.size,
    exported: [],
    failed: [],
    skipped: [],
    export_dir: exportFolder(exchange, market),
  };
  for (const [first, ...others] of symbols.values()) {
    if (!first) continue;
    const named = { symbol: first.symbol, market: first.market };
    const minutes = [first, ...others].find((row) => row.timeframe === EXPORTED_TIMEFRAME);
    if (!minutes) {
      outcome.skipped.push({ ...named, reason: "No 1m raw data" });
    } else if (ctx.now() >= deadline) {
      outcome.skipped.push({ ...named, reason: "Out of time: ask again" });
    } else {
      const result = await exportMinutes(ctx, minutes);
      if ("error" in result) outcome.failed.push({ ...named, ...result });
      else outcome.exported.push(result);
    }
  }
  return outcome;
}

type ExportableSeries = Awaited<ReturnType<typeof listExportable>>[number];

async function exportMinutes(ctx: Context, { series_id, ...series }: ExportableSeries) {
  try {
    return await rereadWhenReplaced(ctx, async (current) =>
      storeExport(current, {
        ...series,
        scope: `aggregated-${EXPORTED_TIMEFRAME}`,
        files: await findSeriesFiles(current.db, series_id),
      }),
    );
  } catch (error) {
    ctx.log.error("export_failed", { ...series, ...describeError(error) });
    return { error: error instanceof AppError ? error.message : "Unexpected error" };
  }
}
