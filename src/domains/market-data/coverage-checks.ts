import type { Context } from "../../context.ts";
import type { Check, Checks, Finding } from "../../platform/repair/check.ts";
import {
  deleteForgotten,
  findWriter,
  guardUnwritten,
  listCandleSeries,
  listForgottenSeries,
  listMonthsOf,
  listStaged,
} from "./coverage-checks.store.ts";
import { listCoverage, listGapsOf } from "./coverage.store.ts";
import { monthBounds, monthOf } from "./dates.ts";
import { seriesSubject } from "./download-params.ts";
import { replaceCoverage, replaceGaps } from "./ingest-file.store.ts";
import { fileRowsCheck } from "./file-rows-check.ts";
import { type Interval, mergeIntervals, subtractIntervals } from "./intervals.ts";
import { findManifestEntry } from "./manifest.store.ts";
import { monthPath } from "./month-entry.ts";
import { findSeriesById, type SeriesRow } from "./series.store.ts";
import { collectedStep } from "./timeframes.ts";

const SERIES_A_LOOK = 20;
/** A series with more gaps is not compared: what is missing in it is for the coverage to say. */
const MOST_GAPS = 50_000;

/** Looks for what is known of series that are gone; it is removed. */
const forgottenCheck: Check<number> = {
  async look(ctx, after) {
    const forgotten = await listForgottenSeries(ctx.db, after ?? 0, SERIES_A_LOOK);
    const findings = forgotten.map(({ id }) => ({
      kind: "coverage-without-series",
      key: `series ${id}`,
      place: String(id),
      detail: "Coverage, gaps or pages are left of a series that is gone",
    }));
    const last = forgotten.length === SERIES_A_LOOK ? forgotten.at(-1)?.id : null;
    return { findings, looked_at: forgotten.length, after: last ?? null };
  },

  async repair({ db }, { place }) {
    await db.batch([...deleteForgotten(db, Number(place))]);
    return true;
  },
};

/**
 * Looks for months that count as collected, with candles, without having a file. Such a month is forgotten, so that the
 * next download of the series asks for it again.
 */
const coverageCheck: Check<number> = {
  async look(ctx, after) {
    const page = await listCandleSeries(ctx.db, after ?? 0, SERIES_A_LOOK);
    const findings: Finding[] = [];
    for (const series of page) findings.push(...(await findUnwritten(ctx, series)));
    const last = page.length === SERIES_A_LOOK ? page.at(-1)?.id : null;
    return { findings, looked_at: page.length, after: last ?? null };
  },

  async repair(ctx, { key, place }) {
    const series = await findSeriesById(ctx.db, Number(place));
    const stretch = series && (await findUnwritten(ctx, series)).some((finding) => finding.key === key);
    if (!stretch) return true;
    return forgetMonth(ctx, series, key);
  },
};

/** Months of a series without a file; none while somebody works on it, or while pages wait for their file. */
async function findUnwritten(ctx: Context, series: SeriesRow): Promise<Finding[]> {
  const step = collectedStep(series.timeframe);
  if (step === null) return [];
  const { db } = ctx;
  const [covered, gaps, files, staged, writers] = await db.batch([
    listCoverage(db, series.id),
    listGapsOf(db, [series.id], MOST_GAPS + 1),
    listMonthsOf(db, series.id),
    listStaged(db, series.id),
    findWriter(db, seriesSubject(series)),
  ]);
  if (staged.length > 0 || writers.length > 0 || gaps.length > MOST_GAPS) return [];
  const paths = new Set(files.map(({ path }) => path));
  const empty = mergeIntervals([...gaps, { from: 0, to: series.listed_at ?? 0 }]);
  const held = mergeIntervals(covered).flatMap((stretch) => subtractIntervals(stretch, empty));
  const candles = new Map<string, number>();
  for (const { month, from, to } of held.flatMap((stretch) => [...splitByMonth(stretch)])) {
    // Candles need not begin where the stretch does.
    candles.set(month, (candles.get(month) ?? 0) + Math.max(0, Math.floor((to - from) / step) - 1));
  }
  return [...candles].flatMap(([month, count]) => {
    const path = monthPath(series, month);
    if (count === 0 || paths.has(path)) return [];
    const detail = `The month counts as collected, with at least ${count} candles, but has no file`;
    return [{ kind: "month-without-file", key: path, place: String(series.id), detail }];
  });
}

function* splitByMonth({ from, to }: Interval): Generator<Interval & { month: string }> {
  for (let start = from; start < to;) {
    const month = monthOf(start);
    const end = Math.min(to, monthBounds(month).to);
    yield { month, from: start, to: end };
    start = end;
  }
}

/** True once nothing claims any more that the month was collected; false where that has changed meanwhile. */
async function forgetMonth({ db }: Context, series: SeriesRow, path: string): Promise<boolean> {
  const [, year, month] = /\/(\d{4})\/(\d{2})\/[^/]+$/.exec(path) ?? [];
  const range = monthBounds(`${year}-${month}`);
  const [covered, gaps] = await db.batch([listCoverage(db, series.id), listGapsOf(db, [series.id], MOST_GAPS)]);
  const touched = covered
    .flatMap((stretch) => subtractIntervals(stretch, [range]))
    .filter(({ from, to }) => from <= range.to && to >= range.from);
  const left = gaps
    .filter(({ from, to }) => from < range.to && to > range.from)
    .flatMap((gap) => subtractIntervals(gap, [range]).map((rest) => ({ ...rest, state: gap.state })));
  const coverage = covered.map(({ from, to }) => `${from}-${to}`).join(",");
  const guard = guardUnwritten(db, { series_id: series.id, subject: seriesSubject(series), path, coverage });
  try {
    const statements = [...replaceCoverage(db, series.id, range, touched), ...replaceGaps(db, series.id, range, left)];
    await db.batch([guard, ...statements]);
    return true;
  } catch (error) {
    const [writers, [file]] = await db.batch([findWriter(db, seriesSubject(series)), findManifestEntry(db, path)]);
    if (writers.length > 0 || file) return false;
    throw error;
  }
}

export const checks: Checks = {
  forgotten_series: forgottenCheck,
  coverage: coverageCheck,
  files: fileRowsCheck,
};
