import { createHash } from "node:crypto";
import type { Context } from "../../context.ts";
import { listCoverage, listGaps } from "./coverage.store.ts";
import { monthBounds, monthOf } from "./dates.ts";
import { type Interval, mergeIntervals, subtractIntervals } from "./intervals.ts";
import { listSeriesFiles, type ManifestRow } from "./manifest.store.ts";
import type { SeriesRow } from "./series.store.ts";

/** A monthly file of minutes from which longer candles are to be made, again or for the first time. */
export interface StaleMonth {
  file: ManifestRow;
  month: string;
  /** Stretches of the month of which every minute has been asked for. */
  complete: Interval[];
  /** Names the state of the minutes: the file, and what of the month is complete. */
  source: string;
}

/** The months of a series of minutes, each with the state that its aggregates are made from. */
export async function listMonths(ctx: Context, series: SeriesRow): Promise<StaleMonth[]> {
  const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const [files, covered, missing] = await ctx.db.batch([
    listSeriesFiles(ctx.db, series.id),
    listCoverage(ctx.db, series.id),
    listGaps(ctx.db, series.id, everything, "missing"),
  ]);
  // What lies before the listing is complete: there is nothing.
  const known = mergeIntervals([{ from: 0, to: series.listed_at ?? 0 }, ...covered]);
  return files.map((file) => {
    const month = monthOf(file.time_from ?? 0);
    const bounds = monthBounds(month);
    const holes = mergeIntervals([...subtractIntervals(bounds, known), ...missing]);
    const complete = subtractIntervals(bounds, holes);
    return { file, month, complete, source: nameState(month, file, complete) };
  });
}

/** Short whatever the number of stretches, for it is kept with each file made, and in the cursor of the job. */
function nameState(month: string, { object_key }: ManifestRow, complete: readonly Interval[]): string {
  const state = [object_key, ...complete.map(({ from, to }) => `${from}-${to}`)].join(" ");
  return `${month} ${createHash("sha256").update(state).digest("hex").slice(0, 16)}`;
}

/** Whether a candle of `length` ms from `ts` on lies in one of the stretches, which are in order, as a whole. */
export function isWhole(complete: readonly Interval[], ts: number, length: number): boolean {
  let [low, high] = [0, complete.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((complete[middle]?.from ?? Infinity) <= ts) low = middle + 1;
    else high = middle;
  }
  const stretch = complete[low - 1];
  return stretch !== undefined && ts + length <= stretch.to;
}
