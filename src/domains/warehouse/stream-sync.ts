import type { OpenSource, ReadRange } from "../../connectors/sources/source.ts";
import type { Context } from "../../context.ts";
import { markName, snakeCase } from "../../formats/flatten-names.ts";
import { commitLoad } from "./loading/commit-load.ts";
import { finishLoad } from "./loading/finish-load.ts";
import { type Load, openLoad } from "./loading/load.ts";
import { loadRows } from "./loading/load-rows.ts";
import { advanceCursor, listCursors } from "./loading/registry.store.ts";
import { openSource } from "./source-check.ts";
import type { SourceRow } from "./source.store.ts";
import { ownerOf } from "./sources.ts";
import { largerValue, largestValue, moveBack } from "./stream-cursor.ts";
import { type PlannedStream, requireFinal, type SyncCursor, type SyncRun } from "./sync-run.ts";
import { warnOfOverflow } from "./sync-warnings.ts";

/** Where a stream is: the source's own position, and the largest value of the cursor field so far. */
interface StreamPosition {
  next: unknown;
  largest: string | null;
}

interface StreamRun {
  job: SyncRun;
  source: SourceRow;
  open: OpenSource;
  stream: PlannedStream;
}

/**
 * Loads the streams of a source one after the other, page by page. Answers null when the slice is over. A stream that
 * fails for good is noted; the others are loaded all the same.
 */
export async function syncStreams(
  ctx: Context,
  job: SyncRun,
  source: SourceRow,
  before: SyncCursor,
): Promise<SyncCursor | null> {
  const open = openSource(ctx, source);
  let cursor = before;
  if (cursor.streams === null) {
    cursor = { ...cursor, streams: planStreams(await open.resources()) };
    await job.commit([], { cursor });
  }
  for (const stream of (cursor.streams ?? []).slice(cursor.next)) {
    const loaded = await tryStream(ctx, { job, source, open, stream }, cursor);
    if (loaded === null) return null;
    cursor = loaded;
    const progress = { message: `Loaded ${stream.table}`, processed_resources: cursor.rows };
    await job.commit([], { cursor, progress });
  }
  return cursor;
}

/** Tables of different streams have different names. */
function planStreams(resources: Awaited<ReturnType<OpenSource["resources"]>>): PlannedStream[] {
  const taken = new Set<string>();
  return resources.map((resource) => {
    const natural = snakeCase(resource.name);
    const table = taken.has(natural) ? markName(natural, resource.name) : natural;
    taken.add(table);
    return { ...resource, table };
  });
}

async function tryStream(ctx: Context, run: StreamRun, cursor: SyncCursor): Promise<SyncCursor | null> {
  const { job, stream } = run;
  try {
    const rows = await loadStream(ctx, run, cursor);
    return rows === null ? null : { ...cursor, next: cursor.next + 1, rows: cursor.rows + rows };
  } catch (error) {
    const reason = requireFinal(job, error);
    return { ...cursor, next: cursor.next + 1, errors: [...cursor.errors, `${stream.name}: ${reason}`] };
  }
}

/** Rows of the stream; null when the slice ended before it did. */
async function loadStream(ctx: Context, run: StreamRun, cursor: SyncCursor): Promise<number | null> {
  const { job, source, open, stream } = run;
  let load = await openLoad(ctx, {
    schema: `raw_${source.name}`,
    name: stream.table,
    owner: ownerOf(source.name),
    load: job.id,
    disposition: dispositionOf(run),
    key: stream.primary_key,
    cursor_field: stream.cursor_field,
  });
  if (load.finished) return load.row_count;
  const cursors = await listCursors(ctx.warehouse, source.name);
  const loaded = cursors.find((each) => each.stream === stream.name)?.value ?? null;
  const range = rangeOf(run, loaded);
  for (let position = readPosition(load); position === null || position.next !== null; position = readPosition(load)) {
    if (job.outOfTime()) return null;
    const page = await open.page(stream.name, position?.next ?? null, range);
    const largest = largestValue(page.rows, stream.cursor_field, position?.largest ?? null);
    const next: StreamPosition = { next: page.next, largest };
    const batch = await loadRows(ctx, load, { rows: page.rows, position: next });
    await commitLoad(ctx, job, batch.statements);
    load = batch.load;
    const progress = {
      message: `Loading ${stream.table}: ${load.row_count} rows`,
      processed_resources: cursor.rows + load.row_count,
    };
    await job.commit(warnOfOverflow(ctx, source.name, batch.overflow), { cursor, progress });
  }
  const largest = largerValue(loaded, readPosition(load)?.largest ?? null);
  const moved = { source: source.name, stream: stream.name, value: largest, updated_at: ctx.now() };
  const ends = finishLoad(ctx, load).statements;
  const advances = stream.cursor_field === null || largest === null ? [] : [advanceCursor(ctx.warehouse, moved)];
  await commitLoad(ctx, job, [...ends, ...advances]);
  return load.row_count;
}

// Only this file writes positions of these loads.
const readPosition = ({ position }: Load) => position as StreamPosition | null;

/** A part of the time must not replace all of it where rows can be told apart. */
function dispositionOf({ job, stream }: StreamRun) {
  const { full_refresh, start_date, end_date } = job.params;
  if (full_refresh) return "replace" as const;
  const isPart = start_date !== null || end_date !== null;
  const isMergeable = stream.write_disposition === "replace" && stream.primary_key.length > 0;
  return isPart && isMergeable ? ("merge" as const) : stream.write_disposition;
}

/** From where the last sync ended, unless all or certain days are wanted. */
function rangeOf({ job, source }: StreamRun, loaded: string | null): ReadRange {
  const { full_refresh, start_date, end_date } = job.params;
  const days = source.lookback_days ?? 0;
  const moved = loaded === null ? null : moveBack(loaded, days);
  return { since: full_refresh || start_date !== null ? null : moved, start_date, end_date };
}
