import type { Context } from "../../context.ts";
import { AppError, notFound, upstreamFailed } from "../../errors.ts";
import { sliceRows } from "../../formats/timed-rows.ts";
import { defineJob, done, resume, type RunningJob, type SliceOutcome } from "../../platform/jobs/define.ts";
import { JobStopped } from "../../platform/jobs/running-job.ts";
import { followMinutes } from "./aggregate.ts";
import { listGaps } from "./coverage.store.ts";
import { type DownloadParams, downloadParams } from "./download-params.ts";
import { type DownloadPlan, openDownloadPlan } from "./download-plan.ts";
import { type DownloadSource, openSource } from "./download-source.ts";
import { openExchangeFor } from "./exchanges.ts";
import { type Interval, mergeIntervals } from "./intervals.ts";
import { type Ledger, openLedger, type Page } from "./ledger.ts";
import { summarizeFiles } from "./manifest.store.ts";
import { findSeriesById } from "./series.store.ts";

type DownloadRun = RunningJob<DownloadParams, DownloadPlan>;

const PROBE_ATTEMPTS = 3;
const GAPS_IN_RESULTS = 1000;
/** After so long a download looks again whether the aggregation that was live has ended. */
const AGGREGATE_SECONDS = 5;

/** Collects the candles or funding rates of one series into monthly files; only what the coverage ledger lacks is asked for. */
export const downloadJob = defineJob<typeof downloadParams, DownloadPlan>({
  type: "download",
  version: 1,
  domain: "market-data",
  queue: "ingestion",
  params: downloadParams,
  slots: {
    lane: ({ exchange }) => exchange.toLowerCase(),
    each_lane: 5,
    all_lanes: 20,
    waiting: "Waiting for exchange slot...",
  },
  async run(ctx, job) {
    const plan = job.cursor ?? (await openDownloadPlan(ctx, job));
    if (plan === "adopted") return resume(null);
    const series = await findSeriesById(ctx.db, plan.series_id);
    if (!series) throw notFound("The series was deleted while it was being downloaded");
    const source = openSource(await openExchangeFor(ctx, job.params.exchange, [plan.listing]), plan);
    const commit = (statements: Parameters<DownloadRun["commit"]>[0]) =>
      job.commit(statements, { cursor: plan, progress: progressOf(plan) });
    const ledger = await openLedger(ctx, { series, step: plan.step, origin: job.id, commit });
    try {
      const finished = await collect(ctx, job, plan, source, ledger);
      await ledger.merge(true);
      if (!finished) return resume(plan);
    } catch (error) {
      if (!(error instanceof JobStopped)) await ledger.merge(true);
      throw error;
    }
    await ledger.seal(plan.range);
    const outcome = await finish(ctx, job, plan);
    return (await followMinutes(ctx, series)) ? outcome : resume(plan, AGGREGATE_SECONDS);
  },
});

/** Fetches page after page until nothing is missing (true) or the slice is over (false). */
async function collect(ctx: Context, job: DownloadRun, plan: DownloadPlan, source: DownloadSource, ledger: Ledger) {
  for (let missing = ledger.nextMissing(plan.range); missing; missing = ledger.nextMissing(plan.range)) {
    if (job.outOfTime()) return false;
    if (missing.from === 0) await startAtListing(job, plan, source, ledger);
    else {
      const page = await fetchPage(ctx, job, plan, source, missing);
      if (page) await ledger.addPage(page);
      if (page?.rows.ts.length === 0) await startAtListing(job, plan, source, ledger);
    }
    await job.progress(progressOf(plan));
    await ledger.merge(false);
  }
  for (let gap = await ledger.nextGap(plan.range); gap; gap = await ledger.nextGap(plan.range)) {
    if (job.outOfTime()) return false;
    if (gap.from === plan.range.from && !plan.listing_checked) await startAtListing(job, plan, source, ledger);
    else {
      const page = await fetchPage(ctx, job, plan, source, gap);
      if (page) await ledger.fillGaps(page);
    }
    await job.progress(progressOf(plan));
  }
  return true;
}

/**
 * Moves the start of the range to the first candle the exchange has, for the time before a listing is no gap. An
 * upstream that keeps failing here ends the job after three attempts.
 */
async function startAtListing(
  job: DownloadRun,
  plan: DownloadPlan,
  source: DownloadSource,
  ledger: Ledger,
): Promise<void> {
  if (plan.listing_checked) return;
  const first = await probeListing(job, source);
  if (first === null) throw nothingFound(job, plan);
  plan.listing_checked = true;
  plan.range = { from: Math.max(plan.range.from, first), to: plan.range.to };
  await ledger.startAt(first);
  if (first >= plan.range.to) throw nothingFound(job, plan);
}

async function probeListing(job: DownloadRun, source: DownloadSource): Promise<number | null> {
  try {
    return await source.first();
  } catch (error) {
    if (!(error instanceof AppError) || job.row.failures + 1 < PROBE_ATTEMPTS) throw error;
    throw upstreamFailed(`The listing date could not be found in ${PROBE_ATTEMPTS} attempts: ${error.message}`);
  }
}

const nothingFound = (job: DownloadRun, plan: DownloadPlan) =>
  notFound(`${job.params.exchange} has no ${rowsOf(plan)} of ${plan.listing.symbol} in this range`);

const nounOf = ({ step }: DownloadPlan) => (step === null ? "funding rates" : "candles");
const rowsOf = (plan: DownloadPlan) => (plan.step === null ? nounOf(plan) : `${plan.timeframe} candles`);

/**
 * One answer, cut to what was asked: rows inside the stretch, and never a candle that is still forming. Null when the
 * exchange no longer offers that time: the range then begins where its history does.
 */
async function fetchPage(
  ctx: Context,
  job: DownloadRun,
  plan: DownloadPlan,
  source: DownloadSource,
  asked: Interval,
): Promise<Page | null> {
  const { symbol } = plan.listing;
  const answer = await source.page(asked);
  const from = answer.unavailable_until ?? asked.from;
  if (from > asked.from) {
    plan.unavailable ??= { from: asked.from, to: from };
    plan.range = { from: Math.max(plan.range.from, from), to: plan.range.to };
  }
  if (from >= asked.to) return null;
  const step = plan.step ?? 1;
  const rows = sliceRows(answer.rows, from, Math.min(asked.to, ctx.now() - step + 1));
  const last = rows.ts.at(-1);
  // Rows prove the time up to the last of them; only an answer without rows proves an empty stretch.
  const to = Math.min(asked.to, last === undefined ? answer.covered_until : last + step);
  if (to <= from) {
    const since = new Date(from).toISOString();
    throw upstreamFailed(`${job.params.exchange} gives no ${rowsOf(plan)} of ${symbol} from ${since} on`, {
      retry_after: 1,
    });
  }
  plan.rows += rows.ts.length;
  plan.pages += 1;
  return { rows, window: { from, to } };
}

function progressOf(plan: DownloadPlan) {
  const expected = plan.step === null ? 0 : Math.ceil((plan.range.to - plan.range.from) / plan.step);
  const fetching = plan.step === null ? "Fetching funding rates..." : "Fetching data...";
  return {
    message: plan.rows === 0 ? fetching : `Fetched ${plan.rows.toLocaleString("en-US")} ${nounOf(plan)}...`,
    fetched_rows: plan.rows,
    pages: plan.pages,
    processed_resources: plan.rows,
    total_resources: Math.max(expected, plan.rows),
  };
}

async function finish(ctx: Context, job: DownloadRun, plan: DownloadPlan): Promise<SliceOutcome> {
  const [files, listed] = await ctx.db.batch([
    summarizeFiles(ctx.db, plan.series_id, plan.range),
    listGaps(ctx.db, plan.series_id, plan.range),
  ]);
  const held = files[0];
  if (!held || held.files === 0) throw nothingFound(job, plan);
  const gaps = mergeIntervals(listed);
  const results = {
    message: gaps.length === 0 ? "Finished (Verified)" : `Finished. Found ${gaps.length} gaps`,
    fetched_rows: plan.rows,
    pages: plan.pages,
    files: held.files,
    rows_in_files: held.rows,
    gap_count: gaps.length,
    gaps: gaps.slice(0, GAPS_IN_RESULTS).map(({ from, to }) => ({ from, to, reason: "no trades" })),
  };
  return done(results, plan.unavailable ? [describeUnavailable(job, plan, plan.unavailable)] : []);
}

function describeUnavailable({ params }: DownloadRun, plan: DownloadPlan, { from, to }: Interval): string {
  const stretch = `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
  return `${params.symbol} ${plan.timeframe}: ${params.exchange} no longer offers ${nounOf(plan)} from ${stretch}`;
}
