import type { Filesystem } from "../../connectors/filesystems/filesystem.ts";
import type { Context } from "../../context.ts";
import { conflict } from "../../errors.ts";
import type { RunningJob } from "../../platform/jobs/define.ts";
import { openSettings, readInstrumentSettings } from "./connections.ts";
import { type Destination, openDestination } from "./destination.ts";
import { type FolderNames, openFolders } from "./destination-folder.ts";
import { findHooksChangedAt, listHooks } from "./harvest.store.ts";
import type { HarvestCursor, HarvestParams } from "./harvest-cursor.ts";
import type { HookRow } from "./hooks.ts";
import { type InstrumentRow, instrumentResource } from "./instruments.ts";
import { getResource } from "./resource.ts";
import type { StorageLocationRow } from "./storage-locations.ts";

/** A part of the minute for which a job is held. */
const BEAT_MS = 10_000;

export type HarvestRun = RunningJob<HarvestParams, HarvestCursor>;

/** Everything that the steps of a harvest share. */
export interface HarvestWorld {
  job: HarvestRun;
  cursor: HarvestCursor;
  instrument: InstrumentRow;
  source: Filesystem;
  location: StorageLocationRow;
  destination: Destination;
  folders: FolderNames;
  hooks: readonly HookRow[];
  /** Ms; when one of them was last changed. */
  hooks_changed_at: number;
  /** Keeps the job held while a slow server is read. Throws `JobStopped` when it is not any more. */
  beat(): Promise<void>;
}

/** Opens both sides of a harvest. Throws 404 for what was deleted, and 409 for what is switched off or pushes by itself. */
export async function openHarvest(ctx: Context, job: HarvestRun, cursor: HarvestCursor): Promise<HarvestWorld> {
  const instrument = await getResource(ctx, instrumentResource, job.params.instrument_id);
  if (!instrument.enabled) throw conflict("Instrument is disabled");
  const settings = await readInstrumentSettings(ctx, instrument);
  if (settings.type === "push") throw conflict("The instrument pushes its files: there is nothing to harvest");
  const [hooks, [changed]] = await ctx.db.batch([
    listHooks(ctx.db, instrument.id),
    findHooksChangedAt(ctx.db, instrument.id),
  ]);
  const { location, destination } = await openDestination(ctx, job.params.storage_location_id, job.id);
  const source = await openSettings(ctx, settings).catch(async (error: unknown) => {
    await destination.close();
    throw error;
  });
  const folders = openFolders(ctx, { instrument, location });
  const hooks_changed_at = changed?.changed_at ?? 0;
  const beat = createBeat(ctx, job);
  return { job, cursor, instrument, source, location, destination, folders, hooks, hooks_changed_at, beat };
}

function createBeat({ now }: Context, job: HarvestRun): HarvestWorld["beat"] {
  let last = now();
  return async () => {
    if (now() - last < BEAT_MS) return;
    last = now();
    await job.progress(job.row.progress);
  };
}

export async function closeHarvest({ source, destination }: HarvestWorld): Promise<void> {
  await Promise.allSettled([source.close(), destination.close()]);
}
