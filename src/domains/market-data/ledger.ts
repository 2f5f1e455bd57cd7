import type { Context } from "../../context.ts";
import {
  concatRows,
  createRows,
  decodeRows,
  encodeRows,
  normalizeRows,
  sliceRows,
  type TimedRows,
} from "../../formats/timed-rows.ts";
import type { Statement } from "../../platform/jobs/define.ts";
import { splitByMonth, writeMonth } from "./candle-files.ts";
import {
  countStagedRows,
  deleteCandlePages,
  insertCandlePage,
  listCandlePages,
  listCoverage,
  listMissingGaps,
  replaceMissingGaps,
  writeCoverage,
} from "./coverage.store.ts";
import { monthBounds, monthOf } from "./dates.ts";
import { findGaps, type Interval, isCovered, mergeIntervals, subtractIntervals } from "./intervals.ts";
import { listUnsealedMonths } from "./manifest.store.ts";
import { seriesColumns } from "./series-columns.ts";
import { type SeriesRow, setListedAt } from "./series.store.ts";

/** Rows after which the pages at hand are merged into the monthly files. */
const MERGE_ROWS = 10_000;
/** Months written between two commits; daily candles touch many months with few rows each. */
const MONTHS_A_COMMIT = 12;
const GAPS_A_WINDOW = 500;

/** Runs statements in one transaction together with the job's fence check. */
export type Commit = (statements: Statement[]) => Promise<void>;

/** What an upstream answered for one stretch. */
export interface Page {
  /** In the columns of the series. */
  rows: TimedRows;
  /** The stretch that the answer speaks of: rows, or the proof that there are none. */
  window: Interval;
}

/**
 * What is known of one series: which stretches have been collected, which rows wait for their monthly file.
 * Only the job that holds the series may write it; every change goes through its fenced `commit`.
 */
export interface Ledger {
  /** The first stretch of the range that has not been collected. */
  nextMissing(range: Interval): Interval | undefined;
  /** The first stretch of the range in which candles are missing and have not been asked for again. */
  nextGap(range: Interval): Promise<Interval | undefined>;
  /** Keeps a page of a stretch not collected before. */
  addPage(page: Page): Promise<void>;
  /** Keeps the answer to a second request for missing candles; a gap without a single new candle had no trades. */
  fillGaps(page: Page): Promise<void>;
  /** Notes the first candle that the exchange has; what was missing before it is no gap. */
  startAt(first: number): Promise<void>;
  /** Merges pages into the monthly files once enough wait, or at once with `everything`. */
  merge(everything: boolean): Promise<void>;
  /** Rewrites the complete past months of the range that are not sealed yet. */
  seal(range: Interval): Promise<void>;
}

interface LedgerOptions {
  series: SeriesRow;
  /** Length of a candle in ms; null for rows that come at no fixed interval, among which nothing can be missing. */
  step: number | null;
  /** Id of the job that writes. */
  origin: string;
  commit: Commit;
}

/** Opens the ledger of a series, with the pages that an earlier attempt left unmerged. */
export async function openLedger(ctx: Context, { series, step, origin, commit }: LedgerOptions): Promise<Ledger> {
  const columns = seriesColumns(series);
  const [covered, staged] = await ctx.db.batch([listCoverage(ctx.db, series.id), countStagedRows(ctx.db, series.id)]);
  let coverage = mergeIntervals(covered);
  let listed_at = series.listed_at ?? 0;
  let waiting = staged[0]?.rows ?? 0;

  const cover = (window: Interval) => {
    const merged = mergeIntervals([...coverage, window]);
    const whole = merged.find(({ from, to }) => from <= window.from && window.to <= to) ?? window;
    return { merged, statements: writeCoverage(ctx.db, series.id, whole) };
  };

  const findMissing = (rows: TimedRows, window: Interval) => (step === null ? [] : findGaps(rows.ts, window, step));

  const stage = ({ rows, window }: Page): Statement[] => {
    const row_count = rows.ts.length;
    if (row_count === 0) return [];
    const text = encodeRows(rows, columns);
    const page = { series_id: series.id, from_ts: window.from, to_ts: window.to, row_count, rows: text };
    return [insertCandlePage(ctx.db, page)];
  };

  const hasMissing = async (range: Interval) => (await listMissingGaps(ctx.db, series.id, range, 1)).length > 0;

  const isComplete = async (month: string) => {
    const { from, to } = monthBounds(month);
    const listed = { from: Math.max(from, listed_at), to };
    return to <= ctx.now() && isCovered(listed, coverage) && !(await hasMissing(listed));
  };

  const writeMonths = async (months: { month: string; rows: TimedRows }[], last: Statement[]) => {
    for (let start = 0; start < months.length; start += MONTHS_A_COMMIT) {
      const statements: Statement[] = [];
      for (const { month, rows } of months.slice(start, start + MONTHS_A_COMMIT)) {
        const sealed = await isComplete(month);
        const file = await writeMonth(ctx, { series, month, rows, origin, sealed });
        statements.push(...file.statements);
      }
      if (start + MONTHS_A_COMMIT >= months.length) statements.push(...last);
      await commit(statements);
    }
  };

  return {
    nextMissing: (range) => subtractIntervals(range, coverage)[0],

    async nextGap(range) {
      const gaps = mergeIntervals(await listMissingGaps(ctx.db, series.id, range, GAPS_A_WINDOW));
      const [first, last] = [gaps[0], gaps.at(-1)];
      return first && last && { from: first.from, to: last.to };
    },

    async addPage(page) {
      const { merged, statements } = cover(page.window);
      const missing = findMissing(page.rows, page.window);
      const gaps =
        missing.length > 0 ? replaceMissingGaps(ctx.db, series.id, page.window, { missing, no_trades: [] }) : [];
      await commit([...stage(page), ...statements, ...gaps]);
      coverage = merged;
      waiting += page.rows.ts.length;
    },

    async fillGaps(page) {
      const gaps = mergeIntervals(await listMissingGaps(ctx.db, series.id, page.window, GAPS_A_WINDOW));
      const missing: Interval[] = [];
      const no_trades: Interval[] = [];
      for (const gap of gaps) {
        const asked = { from: gap.from, to: Math.min(gap.to, page.window.to) };
        const rest = findMissing(page.rows, asked);
        const filled = sliceRows(page.rows, asked.from, asked.to).ts.length > 0;
        (filled ? missing : no_trades).push(...rest);
        if (gap.to > asked.to) missing.push({ from: asked.to, to: gap.to });
      }
      const statements = replaceMissingGaps(ctx.db, series.id, page.window, { missing, no_trades });
      await commit([...stage(page), ...statements]);
      waiting += page.rows.ts.length;
    },

    async startAt(first) {
      const before = { from: 0, to: first };
      const gaps = await listMissingGaps(ctx.db, series.id, before, GAPS_A_WINDOW);
      const missing = gaps.filter((gap) => gap.to > first).map((gap) => ({ from: first, to: gap.to }));
      await commit([
        setListedAt(ctx.db, series.id, first),
        ...replaceMissingGaps(ctx.db, series.id, before, { missing, no_trades: [] }),
      ]);
      listed_at = first;
    },

    async merge(everything) {
      if (waiting === 0 || (waiting < MERGE_ROWS && !everything)) return;
      // A commit may have succeeded although it seemed to fail: what waits is what the table says.
      const pages = await listCandlePages(ctx.db, series.id);
      const last = pages.at(-1);
      if (last) {
        const rows = normalizeRows(
          concatRows(
            columns,
            pages.map((page) => decodeRows(page.rows, columns)),
          ),
        );
        await writeMonths(splitByMonth(rows), [deleteCandlePages(ctx.db, series.id, last.id)]);
      }
      waiting = 0;
    },

    async seal(range) {
      const files = await listUnsealedMonths(ctx.db, series.id);
      const complete: { month: string; rows: TimedRows }[] = [];
      for (const month of files.map(({ time_from }) => monthOf(time_from ?? 0))) {
        const { from, to } = monthBounds(month);
        const touched = from < range.to && to > range.from;
        if (touched && (await isComplete(month))) complete.push({ month, rows: createRows(columns, 0) });
      }
      await writeMonths(complete, []);
    },
  };
}
