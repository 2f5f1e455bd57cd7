import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { openFolders } from "./destination-folder.ts";
import { countPastFiles, findLastDestination, listKnownPaths, listPastFiles, type PastFiles } from "./dry-run.store.ts";
import { type DryRunFile, type DryRunWorld, tryFile } from "./dry-run-file.ts";
import { checkHook, type HookFields, hookResource, type HookRow } from "./hooks.ts";
import { instrumentResource } from "./instruments.ts";
import { pushLocation } from "./push.ts";
import { requireReference } from "./references.ts";
import { getResource } from "./resource.ts";

/** A webhook may take half a minute for each of these. */
const MOST_WEBHOOK_FILES = 20;
/** Of one answer: an invocation may send D1 a thousand. */
const MOST_QUERIES = 500;
/** Then the answer ends, after the file under way. */
const BUDGET_MS = 20_000;
const FILES_A_LOOK = 100;

export interface DryRunOptions {
  /** Whose files; of a hook for one instrument, that one unless given. */
  instrument_id?: string | null | undefined;
  /** Only files of these paths. */
  paths?: string[] | undefined;
  limit: number;
  offset: number;
  /** Without it, webhooks are not called, and let every file go on. */
  call_webhook: boolean;
}

/** Runs a stored hook over past files, with nothing coming of it. Throws 404, and 422 for files that it does not run for. */
export async function dryRunHook(ctx: Context, id: string, options: DryRunOptions) {
  const hook = await getResource(ctx, hookResource, id);
  if (hook.instrument_id !== null && (options.instrument_id ?? hook.instrument_id) !== hook.instrument_id) {
    throw refused("instrument_id", "The hook is for another instrument");
  }
  return dryRun(ctx, hook, { ...options, instrument_id: options.instrument_id ?? hook.instrument_id });
}

/** The same of a hook that is not stored. Throws 422 where it could not be. */
export async function dryRunFields(ctx: Context, given: HookFields, options: DryRunOptions) {
  const fields = await checkHook(ctx, given);
  const now = ctx.now();
  const times = { created_at: now, updated_at: now, deleted_at: null };
  return dryRun(ctx, { ...fields, id: crypto.randomUUID(), ...times }, options);
}

async function dryRun(ctx: Context, hook: HookRow, options: DryRunOptions) {
  const { instrument_id = null, paths = null, limit, offset, call_webhook } = options;
  if (instrument_id === null) throw refused("instrument_id", "is required: the hook is for every instrument");
  const instrument = await requireReference(ctx, instrumentResource, instrument_id, "instrument_id");
  const meant: PastFiles = { instrument_id, paths };
  await requireKnown(ctx, meant);
  const [counted] = await countPastFiles(ctx.db, meant);
  // Alone: a batch of D1 confuses columns of two tables that have one name.
  const [last] = await findLastDestination(ctx.db, instrument_id);
  const location = last ? (last.location ?? pushLocation) : null;
  const isCalled = hook.implementation !== "http_webhook" || call_webhook;
  const folders = location && openFolders(ctx, { instrument, location });
  const world: DryRunWorld = { hook, instrument, location, isCalled, folders };
  const files = await tryFiles(ctx, world, { meant, offset, most: Math.min(limit, mostFiles(world)) });
  const total = counted?.total ?? 0;
  const end = offset + files.length;
  return { instrument_id, files, totals: countActions(files), total, next_offset: end < total ? end : null };
}

async function requireKnown(ctx: Context, meant: PastFiles): Promise<void> {
  if (meant.paths === null) return;
  const known = new Set((await listKnownPaths(ctx.db, meant)).map(({ path }) => path));
  const unknown = [...meant.paths.entries()].filter(([, path]) => !known.has(path));
  if (unknown.length === 0) return;
  throw unprocessable(unknown.map(([index]) => ({ field: `paths.${index}`, message: "File not found" })));
}

function mostFiles({ hook, isCalled }: DryRunWorld): number {
  if (hook.implementation === "http_webhook") return isCalled ? MOST_WEBHOOK_FILES : Number.POSITIVE_INFINITY;
  const grants: unknown = hook.config?.["grants"];
  // Each may look somebody up for every file.
  return Array.isArray(grants) ? Math.floor(MOST_QUERIES / Math.max(1, grants.length)) : Number.POSITIVE_INFINITY;
}

interface Window {
  meant: PastFiles;
  offset: number;
  most: number;
}

async function tryFiles(ctx: Context, world: DryRunWorld, { meant, offset, most }: Window): Promise<DryRunFile[]> {
  const stop_at = ctx.now() + BUDGET_MS;
  const tried: DryRunFile[] = [];
  while (tried.length < most) {
    const look = Math.min(FILES_A_LOOK, most - tried.length);
    const rows = await listPastFiles(ctx.db, meant, offset + tried.length, look);
    for (const row of rows) {
      tried.push(await tryFile(ctx, world, row));
      if (ctx.now() > stop_at) return tried;
    }
    if (rows.length < look) return tried;
  }
  return tried;
}

function countActions(files: readonly DryRunFile[]) {
  const having = (action: DryRunFile["action"]) => files.filter((file) => file.action === action).length;
  return {
    files: files.length,
    transfer: having("transfer"),
    skip: having("skip"),
    redirect: having("redirect"),
    problems: files.filter(({ problem }) => problem !== null).length,
  };
}

const refused = (field: string, message: string) => unprocessable([{ field, message }]);
