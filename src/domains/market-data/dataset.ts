import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { cancelJobsOfSubject } from "../../platform/jobs/control.ts";
import { aggregateSubject, followMinutes } from "./aggregate.ts";
import { listCoverage, listGaps } from "./coverage.store.ts";
import {
  countDatasets,
  type DatasetRow,
  deleteEntries,
  deleteStagedPages,
  findAggregates,
  findDatasetById,
  findDatasetPage,
  listStagedStretches,
} from "./dataset.store.ts";
import { monthBounds, monthOf } from "./dates.ts";
import { seriesSubject } from "./download-params.ts";
import { replaceCoverage, replaceGaps } from "./ingest-file.store.ts";
import { type Interval, mergeIntervals, subtractIntervals } from "./intervals.ts";
import { type ListInput, storedForm } from "./list.ts";
import { findSeriesById, type SeriesRow } from "./series.store.ts";

/** A page of matching files, features among them, by id, and how many match in all. */
export async function pageDatasets(ctx: Context, input: ListInput, page: { limit: number; offset: number }) {
  const filter = storedForm(input);
  const [rows, counted] = await ctx.db.batch([findDatasetPage(ctx.db, filter, page), countDatasets(ctx.db, filter)]);
  return { datasets: rows.map(renderDataset), total: counted[0]?.total ?? 0 };
}

/**
 * Removes a file of the lake; readers under way go on. Work on its series is cancelled first, and what a download knows
 * of that month is forgotten, so that the next one collects it again. What was aggregated from it goes with it. Throws
 * `notFound`.
 */
export async function deleteDataset(ctx: Context, id: number): Promise<void> {
  const [entry] = await findDatasetById(ctx.db, id);
  if (!entry) throw notFound("Dataset not found");
  const series = entry.series_id === null ? undefined : await findSeriesById(ctx.db, entry.series_id);
  if (!series) return void (await ctx.db.batch([...deleteEntries(ctx.db, [id], ctx.now())]));
  await cancelJobsOfSubject(ctx, seriesSubject(series));
  const month = monthBounds(monthOf(entry.time_from ?? 0));
  if (series.data_type !== "raw" || series.timeframe !== "1m") return deleteMonth(ctx, series, month, [id]);
  await cancelJobsOfSubject(ctx, aggregateSubject(series));
  const aggregates = await findAggregates(ctx.db, series, month);
  await deleteMonth(ctx, series, month, [id, ...aggregates.map((aggregate) => aggregate.id)]);
  await followMinutes(ctx, series);
}

/** Removes files, and what is known and staged of the month of a series. */
async function deleteMonth(ctx: Context, series: SeriesRow, month: Interval, ids: readonly number[]): Promise<void> {
  const [covered, staged] = await ctx.db.batch([
    listCoverage(ctx.db, series.id),
    listStagedStretches(ctx.db, series.id, month),
  ]);
  const forgotten = spanOf([month, ...staged]);
  const gaps = await listGaps(ctx.db, series.id, forgotten);
  const coverage = mergeIntervals(covered.flatMap((interval) => subtractIntervals(interval, [forgotten])));
  const left = gaps.flatMap((gap) =>
    subtractIntervals(gap, [forgotten]).map((rest) => ({ ...rest, state: gap.state })),
  );
  const touched = coverage.filter(({ from, to }) => from <= forgotten.to && to >= forgotten.from);
  await ctx.db.batch([
    ...deleteEntries(ctx.db, ids, ctx.now()),
    deleteStagedPages(ctx.db, series.id, month),
    ...replaceCoverage(ctx.db, series.id, forgotten, touched),
    ...replaceGaps(ctx.db, series.id, forgotten, left),
  ]);
}

const spanOf = (intervals: readonly Interval[]): Interval => ({
  from: Math.min(...intervals.map(({ from }) => from)),
  to: Math.max(...intervals.map(({ to }) => to)),
});

function renderDataset(row: DatasetRow) {
  return {
    id: String(row.id),
    exchange: row.exchange,
    symbol: row.symbol,
    market: row.market,
    timeframe: row.version ?? row.timeframe,
    data_type: row.type,
    file_path: row.path,
    file_size_bytes: row.size_bytes,
    last_modified: plainTime(row.updated_at),
    time_from: row.time_from === null ? null : plainTime(row.time_from),
    time_to: row.time_to === null ? null : plainTime(row.time_to),
  };
}

/** ISO without zone and fraction, as the document prints times; UTC. */
const plainTime = (ms: number) => new Date(ms).toISOString().slice(0, 19);
