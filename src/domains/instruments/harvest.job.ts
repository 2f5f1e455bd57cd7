import type { Context } from "../../context.ts";
import { defineJob, done, failed, resume, type SliceOutcome } from "../../platform/jobs/define.ts";
import { countDiscovered, countUnsettled, listWanted, type Wanted } from "./harvest.store.ts";
import { firstCursor, type HarvestCursor, harvestParams } from "./harvest-cursor.ts";
import { listSource } from "./harvest-listing.ts";
import { closeHarvest, type HarvestWorld, openHarvest } from "./harvest-world.ts";
import type { FileRow } from "./file.store.ts";
import { PART_BYTES } from "./destination.ts";
import { commitTransfers } from "./transfer-file.ts";
import { transferWhole } from "./transfer-whole.ts";
import { beginParts, continueParts } from "./transfer-parts.ts";

/** Files that are transferred beside each other; the platform allows six connections. */
const LANES = 4;
const FILES_A_LOOK = 32;
/** So long a file must look the same, or must not have been written, before it is taken. */
const SEEN_MS = 5_000;
const WRITTEN_MS = 60_000;
/** Listings of one harvest, for files that were still being written. */
const MOST_LISTINGS = 3;
const LISTING_PAUSE_SECONDS = 6;

/** Brings new and changed files of an instrument to a storage location, each verified by its checksum on both sides. */
export const harvestJob = defineJob<typeof harvestParams, HarvestCursor>({
  type: "harvest",
  version: 1,
  domain: "instruments",
  queue: "ingestion",
  params: harvestParams,
  async run(ctx, job) {
    const cursor = structuredClone(job.cursor ?? firstCursor);
    const world = await openHarvest(ctx, job, cursor);
    try {
      return await harvest(ctx, world);
    } finally {
      await closeHarvest(world);
    }
  },
});

async function harvest(ctx: Context, world: HarvestWorld): Promise<SliceOutcome> {
  const { job, cursor } = world;
  if (cursor.page && !(await listSource(ctx, world))) return resume(cursor);
  if (cursor.parts && !(await continueParts(ctx, world, cursor.parts))) return resume(cursor);
  if (!(await transferSettled(ctx, world))) return resume(cursor);
  const [waiting] = await countUnsettled(ctx.db, wantedOf(world));
  const unsettled = waiting?.total ?? 0;
  if (unsettled > 0 && cursor.listings < MOST_LISTINGS) {
    Object.assign(cursor, {
      listings: cursor.listings + 1,
      page: { at: null },
      total_discovered: 0,
      incomplete: false,
    });
    await job.commit([], { cursor });
    return resume(cursor, LISTING_PAUSE_SECONDS);
  }
  return summarize(ctx, world, unsettled);
}

/** Transfers everything that is not being written; false when the slice is over before. */
async function transferSettled(ctx: Context, world: HarvestWorld): Promise<boolean> {
  for (;;) {
    const { listed_at } = world.cursor;
    // What the listing showed counts, not how long ago that was: only another look tells whether a file has grown.
    const settled = { seen_since: listed_at - SEEN_MS, written_before: listed_at - WRITTEN_MS };
    const files = await listWanted(ctx.db, wantedOf(world), settled, FILES_A_LOOK);
    if (files.length === 0) return true;
    for (const group of groupsOf(files)) {
      if (world.job.outOfTime()) return false;
      const [first] = group;
      if (first && isLarge(first)) {
        if (!(await transferLarge(ctx, world, first))) return false;
        continue;
      }
      await transferGroup(ctx, world, group);
    }
  }
}

/** What the others made of their files is kept when one of them met a fault of our own. */
async function transferGroup(ctx: Context, world: HarvestWorld, group: readonly FileRow[]): Promise<void> {
  const ends = await Promise.allSettled(group.map((file) => transferWhole(ctx, world, file)));
  const settlements = ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
  if (settlements.length > 0) await commitTransfers(world, settlements);
  const fault = ends.find((end) => end.status === "rejected");
  if (fault) throw fault.reason;
}

async function transferLarge(ctx: Context, world: HarvestWorld, file: FileRow): Promise<boolean> {
  const state = await beginParts(ctx, world, file);
  return state === null || continueParts(ctx, world, state);
}

const isLarge = ({ observed_size }: FileRow) => (observed_size ?? 0) > PART_BYTES;

/** Small files go beside each other, large ones alone. */
function groupsOf(files: readonly FileRow[]): FileRow[][] {
  const groups: FileRow[][] = [];
  for (const file of files) {
    const last = groups.at(-1);
    const joins = last !== undefined && last.length < LANES && !isLarge(file) && !last.some(isLarge);
    if (joins) last.push(file);
    else groups.push([file]);
  }
  return groups;
}

const wantedOf = ({ job, instrument, hooks_changed_at }: HarvestWorld): Wanted => ({
  instrument_id: instrument.id,
  failed_before: job.row.created_at,
  skipped_since: hooks_changed_at,
});

async function summarize(ctx: Context, { job, cursor, instrument }: HarvestWorld, waiting: number) {
  const [discovered] = await countDiscovered(ctx.db, instrument.id, job.row.created_at);
  const results = {
    instrument_id: instrument.id,
    total_discovered: cursor.total_discovered,
    new_files: discovered?.total ?? 0,
    transferred: cursor.transferred,
    skipped: cursor.skipped,
    failed: cursor.failed,
    waiting,
    bytes: cursor.bytes,
  };
  const nothing = cursor.transferred === 0 && cursor.skipped === 0 && cursor.failed > 0;
  return nothing ? failed(results, cursor.errors) : done(results, cursor.errors);
}
