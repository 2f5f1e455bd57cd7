import type { Context } from "../../context.ts";
import { type Candles, normalizeCandles } from "../../formats/candles.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { splitByMonth, writeMonth } from "./candle-files.ts";
import { listCoverage, listGaps } from "./coverage.store.ts";
import { monthBounds } from "./dates.ts";
import { replaceCoverage, replaceGaps } from "./ingest-file.store.ts";
import { type Interval, isCovered, mergeIntervals, subtractIntervals } from "./intervals.ts";
import type { Commit } from "./ledger.ts";
import type { SeriesRow } from "./series.store.ts";

interface StoreInput {
  series: SeriesRow;
  /** Length of a candle in ms. */
  step: number;
  /** Id of the job that writes. */
  origin: string;
  /** In any order; the last row of a `ts` wins, also over stored ones. */
  candles: Candles;
  /** Commits what is written on the way, and at last the caller's own state with it. */
  commit: Commit;
  commitLast: Commit;
  /** Hears of every file before its commit. */
  note: (path: string) => void;
}

/** Months written between two commits. */
const MONTHS_A_COMMIT = 12;

/**
 * Stores candles whose source is no exchange. Each of them covers its own time and no more: where a file has no row,
 * a download still asks.
 */
export async function storeCandles(ctx: Context, input: StoreInput): Promise<void> {
  const { series, step, origin } = input;
  const candles = normalizeCandles(input.candles);
  const runs = findRuns(candles.ts, step);
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return;
  const range = { from: first.from, to: last.to };
  const [covered, gaps] = await ctx.db.batch([listCoverage(ctx.db, series.id), listGaps(ctx.db, series.id, range)]);
  const coverage = mergeIntervals([...covered, ...runs]);
  const left = gaps.flatMap((gap) => subtractIntervals(gap, runs).map((rest) => ({ ...rest, state: gap.state })));
  const ledger: Statement[] = [
    ...replaceCoverage(
      ctx.db,
      series.id,
      range,
      coverage.filter(({ from, to }) => from <= range.to && to >= range.from),
    ),
    ...replaceGaps(ctx.db, series.id, range, left),
  ];

  const isComplete = async (month: string) => {
    const { from, to } = monthBounds(month);
    const wanted = { from: Math.max(from, series.listed_at ?? 0), to };
    if (to > ctx.now() || !isCovered(wanted, coverage)) return false;
    const missing = await listGaps(ctx.db, series.id, wanted, "missing");
    return missing.every((gap) => subtractIntervals(gap, runs).length === 0);
  };

  const months = splitByMonth(candles);
  for (let start = 0; start < months.length; start += MONTHS_A_COMMIT) {
    const statements: Statement[] = [];
    for (const { month, rows } of months.slice(start, start + MONTHS_A_COMMIT)) {
      const sealed = await isComplete(month);
      const file = await writeMonth(ctx, { series, month, rows, origin, sealed });
      statements.push(...file.statements);
      input.note(file.path);
    }
    if (start + MONTHS_A_COMMIT < months.length) await input.commit(statements);
    else await input.commitLast([...statements, ...ledger]);
  }
}

/** The time that rows (ascending) cover by themselves. */
function findRuns(ts: Float64Array, step: number): Interval[] {
  const runs: Interval[] = [];
  for (const time of ts) {
    const run = runs.at(-1);
    if (run && time <= run.to) run.to = time + step;
    else runs.push({ from: time, to: time + step });
  }
  return runs;
}
