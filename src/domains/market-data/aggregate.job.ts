import { z } from "@hono/zod-openapi";
import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { aggregateCandles } from "../../formats/aggregate-candles.ts";
import { type Candles, CANDLE_COLUMNS, createCandles } from "../../formats/candles.ts";
import { defineJob, done, resume, type RunningJob } from "../../platform/jobs/define.ts";
import { isWhole, listMonths, type StaleMonth } from "./aggregate-plan.ts";
import { readCandles, writeMonth } from "./candle-files.ts";
import { monthBounds } from "./dates.ts";
import { listSeriesFiles } from "./manifest.store.ts";
import { createSeries, findSeries, findSeriesById, type SeriesRow } from "./series.store.ts";
import { timeframeMs } from "./timeframes.ts";

export const AGGREGATES = ["5m", "15m", "1h", "4h", "1d"] as const;

const aggregateParams = z.object({ series_id: z.int(), timeframes: z.array(z.enum(AGGREGATES)).min(1) });

interface Cursor {
  /** Months that were written, or found to hold no whole candle: timeframe, month and the state they were made from. */
  finished: string[];
  files: number;
  rows: number;
}

type AggregateRun = RunningJob<z.output<typeof aggregateParams>, Cursor>;

/** Makes longer candles of the minutes of a series; only months whose minutes have changed are made again. */
export const aggregateJob = defineJob<typeof aggregateParams, Cursor>({
  type: "aggregate",
  version: 1,
  domain: "market-data",
  queue: "ingestion",
  params: aggregateParams,
  async run(ctx, job) {
    const minutes = await findSeriesById(ctx.db, job.params.series_id);
    if (!minutes) throw notFound("The series was deleted before it was aggregated");
    let cursor = job.cursor ?? { finished: [], files: 0, rows: 0 };
    for (const timeframe of job.params.timeframes) {
      const series = await openAggregate(ctx, minutes, timeframe);
      for (const month of await listStale(ctx, minutes, series)) {
        const name = `${timeframe} ${month.source}`;
        if (cursor.finished.includes(name)) continue;
        if (job.outOfTime()) return resume(cursor);
        cursor = await writeAggregate(ctx, job, { ...cursor, finished: [...cursor.finished, name] }, series, month);
      }
    }
    const { files, rows } = cursor;
    return done({ message: "Finished", timeframes: job.params.timeframes, files, rows });
  },
});

/** The months whose aggregate is not there, or was made from another state of the minutes. */
async function listStale(ctx: Context, minutes: SeriesRow, series: SeriesRow): Promise<StaleMonth[]> {
  const made = new Set((await listSeriesFiles(ctx.db, series.id)).map(({ source }) => source));
  return (await listMonths(ctx, minutes)).filter(({ source }) => !made.has(source));
}

/** Answers the cursor as it was committed. */
async function writeAggregate(
  ctx: Context,
  job: AggregateRun,
  before: Cursor,
  series: SeriesRow,
  stale: StaleMonth,
): Promise<Cursor> {
  const { month, file, complete, source } = stale;
  const length = timeframeMs(series.timeframe) ?? 0;
  const candles = aggregateCandles(await readCandles(ctx, file, monthBounds(month)), length);
  const rows = keepRows(candles, (ts) => isWhole(complete, ts, length));
  const input = { series, month, rows, origin: job.id, sealed: file.sealed, source };
  const written = await writeMonth(ctx, input);
  const cursor = {
    ...before,
    files: before.files + (written.row_count > 0 ? 1 : 0),
    rows: before.rows + rows.ts.length,
  };
  const progress = { message: `Aggregated ${series.timeframe} of ${month}`, processed_resources: cursor.files };
  await job.commit(written.statements, { cursor, progress });
  return cursor;
}

function keepRows(candles: Candles, keep: (ts: number) => boolean): Candles {
  const kept = createCandles(0);
  const flags = Array.from(candles.ts, keep);
  for (const name of CANDLE_COLUMNS) kept[name] = candles[name].filter((_, index) => flags[index]);
  return kept;
}

async function openAggregate(ctx: Context, minutes: SeriesRow, timeframe: string): Promise<SeriesRow> {
  const { id: _id, ...shared } = minutes;
  const identity = { ...shared, data_type: "agg", timeframe };
  await createSeries(ctx.db, { ...identity, created_at: ctx.now() });
  const [series] = await findSeries(ctx.db, identity);
  if (!series) throw new Error(`The ${timeframe} series is neither there nor could it be created`);
  return series;
}
