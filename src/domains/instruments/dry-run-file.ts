import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { JsonObject } from "../../platform/jobs/tables.ts";
import type { FolderNames, TransferLocation } from "./destination-folder.ts";
import { destinationPath } from "./destination-path.ts";
import type { FileRow } from "./file.store.ts";
import { type Grantee, type HookAnswer, runHook } from "./hook-runner.ts";
import type { HookRow } from "./hooks.ts";
import type { InstrumentRow } from "./instruments.ts";
import { eventOf } from "./transfer-file.ts";

/** What a hook would do with a file. */
export interface DryRunFile {
  file_id: string;
  path: string;
  action: "transfer" | "skip" | "redirect";
  /** Why not simply `transfer`. */
  reason: string | null;
  /** Null where it is skipped, or where no file of the instrument ever had a destination. */
  destination_path: string | null;
  /** What the hook adds. */
  metadata: JsonObject;
  grants: Grantee[];
  /** Why the hook failed, or what it could not do. */
  problem: string | null;
}

/** Everything that the files of a dry run share. */
export interface DryRunWorld {
  hook: HookRow;
  instrument: InstrumentRow;
  /** Null before the instrument's first transfer. */
  location: TransferLocation | null;
  /** False for a webhook that is to hear nothing of it. */
  isCalled: boolean;
  /** Null before the instrument's first transfer. */
  folders: FolderNames | null;
}

/** Runs the hook over a file that was seen before. */
export async function tryFile(ctx: Context, world: DryRunWorld, file: FileRow): Promise<DryRunFile> {
  const { hook, instrument, location, isCalled } = world;
  const destination_path = await placeFile(world, file, location?.base_path);
  const shown = { file_id: file.id, path: file.source_path };
  const kept = { action: "transfer" as const, destination_path, metadata: {}, grants: [] };
  if (!isCalled) return { ...shown, ...kept, reason: "The webhook was not called", problem: null };
  const seen = {
    ...file,
    observed_size: file.observed_size ?? file.size_bytes,
    observed_mtime: file.observed_mtime ?? file.source_mtime,
  };
  const dest_checksum = hook.trigger === "post_transfer" ? file.xxhash : null;
  // Not the id of a transfer: a receiver must not take one for the other.
  const event = eventOf(instrument, seen, { id: crypto.randomUUID(), destination_path, dest_checksum });
  try {
    const answer = await runHook(ctx, hook, { ...event, dry_run: true });
    const base = answer.redirect ?? location?.base_path;
    return { ...shown, ...describeAnswer(answer, await placeFile(world, file, base)) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...shown, ...kept, reason: null, problem: error.message };
  }
}

async function placeFile(
  { folders }: DryRunWorld,
  { source_path }: FileRow,
  base: string | undefined,
): Promise<string | null> {
  if (folders === null || base === undefined) return null;
  return destinationPath(base, await folders.preview(base), source_path);
}

function describeAnswer(answer: HookAnswer, destination_path: string | null) {
  const { skip, redirect, redirect_reason = null, metadata = {}, grants = [], warnings = [] } = answer;
  const found = { metadata, grants, problem: warnings.length > 0 ? warnings.join("; ") : null };
  if (skip !== undefined) return { ...found, action: "skip" as const, reason: skip, destination_path: null };
  const action = redirect === undefined ? ("transfer" as const) : ("redirect" as const);
  return { ...found, action, reason: redirect_reason, destination_path };
}
