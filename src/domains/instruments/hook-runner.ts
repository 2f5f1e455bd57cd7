import type { z } from "zod";
import type { Context } from "../../context.ts";
import { AppError, conflict } from "../../errors.ts";
import { describeError } from "../../platform/http/log.ts";
import type { JsonObject } from "../../platform/jobs/tables.ts";
import { resolveGrants } from "./access-assignment.ts";
import { type BuiltinName, builtinHooks } from "./builtin-hooks.ts";
import { filterFile } from "./file-filter.ts";
import { callWebhook } from "./hook-webhook.ts";
import type { HookRow } from "./hooks.ts";
import { readMetadata } from "./metadata-enrichment.ts";
import type { GranteeType } from "./tables.ts";

/** What a hook is told of a file that is about to be, or has been, transferred. */
export interface HookEvent {
  /** Id of the transfer: the same however often a hook is asked about it. */
  transfer_id: string;
  instrument: { id: string; name: string };
  file: {
    path: string;
    name: string;
    size: number;
    /** Ms. */
    mtime: number | null;
    persistent_id: string;
    /** XXH64; null before the transfer. */
    checksum: string | null;
  };
  destination_path: string;
  metadata: JsonObject;
  /** Nothing comes of the answer. */
  dry_run?: true;
}

export interface Grantee {
  grantee_type: GranteeType;
  grantee_id: string;
}

/** What a hook answers; nothing at all lets the file go on. */
export interface HookAnswer {
  /** Why the file is not transferred. */
  skip?: string;
  /** Base folder instead of the storage location's, and why. */
  redirect?: string;
  redirect_reason?: string;
  metadata?: JsonObject;
  grants?: Grantee[];
  /** What the hook could not do, without having failed. */
  warnings?: string[];
}

export interface HookResult {
  skip: string | null;
  redirect: string | null;
  metadata: JsonObject;
  grants: Grantee[];
  /** Of hooks that failed, as `name: reason`. */
  problems: string[];
}

type Builtin = (ctx: Context, config: JsonObject | null, event: HookEvent) => Promise<HookAnswer> | HookAnswer;

const builtins: Record<BuiltinName, Builtin> = {
  file_filter: (_ctx, config, event) => filterFile(parse(builtinHooks.file_filter.config, config), event),
  metadata_enrichment: (_ctx, config, event) =>
    readMetadata(parse(builtinHooks.metadata_enrichment.config, config), event),
  access_assignment: (ctx, config, event) =>
    resolveGrants(ctx, parse(builtinHooks.access_assignment.config, config), event),
};

/**
 * Runs hooks of one trigger in their order. The first that skips or redirects ends the chain; each sees the metadata
 * that those before it found. A hook that fails is named and the next one runs.
 */
export async function runHooks(ctx: Context, hooks: readonly HookRow[], event: HookEvent): Promise<HookResult> {
  const result: HookResult = { skip: null, redirect: null, metadata: event.metadata, grants: [], problems: [] };
  for (const hook of hooks) {
    try {
      const answer = await runHook(ctx, hook, { ...event, metadata: result.metadata });
      Object.assign(result, {
        metadata: { ...result.metadata, ...answer.metadata },
        grants: [...result.grants, ...(answer.grants ?? [])],
        problems: [...result.problems, ...(answer.warnings ?? []).map((warning) => `${hook.name}: ${warning}`)],
        skip: answer.skip ?? null,
        redirect: answer.redirect ?? null,
      });
    } catch (error) {
      // A fault of our own is none of the hook's: the harvest goes back to before it.
      if (!(error instanceof AppError)) throw error;
      ctx.log.warning("hook_failed", { hook_id: hook.id, transfer_id: event.transfer_id, ...describeError(error) });
      result.problems.push(`${hook.name}: ${error.message}`);
    }
    if (result.skip !== null || result.redirect !== null) break;
  }
  return result;
}

/** Asks one hook. Throws `AppError` when it fails. */
export async function runHook(ctx: Context, hook: HookRow, event: HookEvent): Promise<HookAnswer> {
  if (hook.implementation === "http_webhook") return callWebhook(ctx, hook, event);
  const builtin = Object.entries(builtins).find(([name]) => name === hook.builtin_name)?.[1];
  if (!builtin) throw conflict(`there is no builtin ${hook.builtin_name}`);
  return builtin(ctx, hook.config, event);
}

/** What was stored by an older version may not hold any more. */
function parse<Config extends z.ZodObject>(config: Config, given: JsonObject | null): z.output<Config> {
  const parsed = config.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  throw conflict("its configuration does not hold any more");
}
