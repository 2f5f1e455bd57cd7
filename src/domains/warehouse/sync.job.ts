import type { Context } from "../../context.ts";
import { defineJob, done, failed, resume, type SliceOutcome } from "../../platform/jobs/define.ts";
import { announce } from "./activity.ts";
import { insertLog } from "./activity.store.ts";
import { syncFiles } from "./csv-sync.ts";
import { runModelsAfter } from "./dbt/after-sync.ts";
import { isFileType } from "./file-types.ts";
import { findSource, insertHistory, trimHistory, updateSource } from "./source.store.ts";
import { requireSource } from "./sources.ts";
import { syncStreams } from "./stream-sync.ts";
import { requireFinal, type SyncCursor, syncParams, type SyncRun } from "./sync-run.ts";
import { warnOfAnomaly } from "./sync-warnings.ts";

const START: SyncCursor = {
  round: 0,
  skipped: false,
  announced: false,
  streams: null,
  next: 0,
  files: null,
  bad_files: {},
  latin_files: [],
  restarts: 0,
  rows: 0,
  errors: [],
  ended: false,
};

/** Loads a source into the warehouse; every page commits with the position behind it. */
export const syncJob = defineJob<typeof syncParams, SyncCursor>({
  type: "sync",
  version: 2,
  domain: "warehouse",
  queue: "sync",
  params: syncParams,
  async run(ctx, job) {
    if (await isSkipped(ctx, job)) return done({ source: job.params.source, rows: 0 });
    const begun = await begin(ctx, job);
    if (begun.ended) return announceEnd(ctx, job, begun);
    const loaded = await load(ctx, job, begun);
    if (loaded === null) return resume(job.row.cursor);
    return announceEnd(ctx, job, await end(ctx, job, loaded));
  },
});

/** A schedule goes on while its source is disabled. What was decided when the job began holds for every attempt. */
async function isSkipped(ctx: Context, job: SyncRun): Promise<boolean> {
  if (job.cursor !== null) return job.cursor.skipped;
  const { source } = job.params;
  if ((await findSource(ctx.db, source))?.enabled !== false) return false;
  const message = "Sync skipped: the source is disabled";
  const line = { timestamp: ctx.now(), level: "INFO", message, source } as const;
  await job.commit([insertLog(ctx.db, line)], { cursor: { ...START, skipped: true } });
  return true;
}

/** Logs and announces the start, once; what is due from now on is due again. */
async function begin(ctx: Context, job: SyncRun): Promise<SyncCursor> {
  const { source } = job.params;
  let cursor = job.cursor ?? START;
  // A job that has results has ended before: somebody tries again what failed.
  const isRetry = cursor.ended && job.row.results !== null;
  if (job.cursor === null || isRetry) {
    cursor = { ...START, round: isRetry ? cursor.round + 1 : 0, streams: cursor.streams };
    const line = { timestamp: ctx.now(), level: "INFO", message: `Starting sync for ${source}`, source } as const;
    await job.commit([insertLog(ctx.db, line), updateSource(ctx.db, source, { sync_due_at: null })], { cursor });
  }
  if (cursor.announced) return cursor;
  const message = `Sync started for ${source}`;
  await announce(ctx, "sync_started", { source, message }, `${job.id}:${cursor.round}:started`);
  cursor = { ...cursor, announced: true };
  await job.commit([], { cursor });
  return cursor;
}

/** The cursor when everything is loaded or has failed for good; null when the slice is over. */
async function load(ctx: Context, job: SyncRun, cursor: SyncCursor): Promise<SyncCursor | null> {
  try {
    const source = await requireSource(ctx, job.params.source);
    return await (isFileType(source.type) ? syncFiles : syncStreams)(ctx, job, source, cursor);
  } catch (error) {
    return { ...cursor, errors: [...cursor.errors, requireFinal(job, error)] };
  }
}

/** Writes the history and the log, together with the cursor that says so. */
async function end(ctx: Context, job: SyncRun, loaded: SyncCursor): Promise<SyncCursor> {
  const { source, full_refresh } = job.params;
  const cursor = { ...loaded, ended: true };
  const { rows, errors } = cursor;
  const now = ctx.now();
  const reason = describeErrors(errors);
  const entry = {
    source,
    job_id: job.id,
    timestamp: now,
    status: reason === null ? ("success" as const) : ("failed" as const),
    duration_seconds: Math.round((now - (job.row.started_at ?? job.row.created_at)) / 1000),
    rows_processed: rows,
    full_refresh,
    error_message: reason,
  };
  const line = reason === null ? `Sync completed: ${rows} rows` : `Sync failed: ${reason}`;
  const level = reason === null ? "SUCCESS" : "ERROR";
  const log = insertLog(ctx.db, { timestamp: now, level, message: line, source });
  const progress = { message: line, processed_resources: rows };
  const warnings = reason === null ? await warnOfAnomaly(ctx, job.params, rows) : [];
  const history = [insertHistory(ctx.db, entry), trimHistory(ctx.db, source)];
  await job.commit([...history, ...warnings, log], { cursor, progress });
  return cursor;
}

/**
 * Announces how it ended, once, and lets the models follow; a part that failed makes the job failed only when nothing else
 * was loaded.
 */
async function announceEnd(ctx: Context, { id, params }: SyncRun, cursor: SyncCursor): Promise<SliceOutcome> {
  const { source } = params;
  const { rows, errors, round } = cursor;
  const key = `${id}:${round}:ended`;
  const error = describeErrors(errors);
  const results = { source, rows };
  if (error === null) {
    await announce(ctx, "sync_completed", { source, rows, message: `Sync completed: ${rows} rows`, error: null }, key);
  } else {
    await announce(ctx, "sync_failed", { source, error, message: `Sync failed: ${error}` }, key);
  }
  if (error !== null && rows === 0) return failed(results, errors);
  await runModelsAfter(ctx, source);
  return done(results, errors);
}

const describeErrors = (errors: readonly string[]) => (errors.length > 0 ? errors.join("; ").slice(0, 1000) : null);
