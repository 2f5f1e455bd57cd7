import type { Context } from "../../context.ts";
import { badRequest, conflict, notFound } from "../../errors.ts";
import { principalId } from "../../platform/auth/principal.ts";
import { cancelJobsOfSubject } from "../../platform/jobs/control.ts";
import { isHeld, quotaRefusal } from "../../platform/quotas/quotas.ts";
import { deleteSchedule, listSchedules } from "../../platform/schedules/schedule.store.ts";
import { markOrphaned } from "../../platform/storage/objects.store.ts";
import { logActivity } from "./activity.ts";
import { deleteCsvFilesOf, listCsvFiles } from "./csv-file.store.ts";
import { forgetOtherFiles } from "./csv-outcome.store.ts";
import { removeStagingFiles } from "./dbt/staging-removal.ts";
import { dropTables } from "./loading/table-list.ts";
import { keepMasked, maskSecrets } from "./masking.ts";
import type { SourceChange, SourceInput } from "./source.schema.ts";
import { requireSourceConfig } from "./source-config.ts";
import {
  deleteHistory,
  deleteSourceRow,
  deleteStreamCursors,
  findSource,
  type HistoryRow,
  guardSources,
  insertSource,
  listHistory,
  listLastSyncs,
  listLiveSyncs,
  listSourceRows,
  listTablesOf,
  type SourceRow,
  updateSource,
} from "./source.store.ts";
import { documentTime } from "./times.ts";

const HISTORY_SHOWN = 20;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What only one live sync may work on. */
export const syncSubject = (name: string) => `sync:${name}`;

/** Owner of a source's tables in the warehouse. */
export const ownerOf = (name: string) => `source:${name}`;

/** Every source with how it is, by name. */
export async function listSources(ctx: Context) {
  const [rows, lastSyncs, live] = await ctx.db.batch([
    listSourceRows(ctx.db),
    listLastSyncs(ctx.db),
    listLiveSyncs(ctx.db),
  ]);
  const tables = await listTablesOf(ctx.warehouse);
  const syncing = new Set(live.map(({ subject }) => subject));
  const lastOf = new Map(lastSyncs.map((entry) => [entry.source, entry]));
  return rows.map((row) =>
    renderSource(ctx.now(), row, {
      last: lastOf.get(row.name) ?? null,
      tables: tables.filter(({ owner }) => owner === ownerOf(row.name)),
      live: syncing.has(syncSubject(row.name)),
    }),
  );
}

/** A source in detail; throws 404 for a name that there is not. */
export async function getSourceDetails(ctx: Context, name: string) {
  const row = await requireSource(ctx, name);
  const history = await listHistory(ctx.db, name, HISTORY_SHOWN);
  const live = (await listLiveSyncs(ctx.db)).some(({ subject }) => subject === syncSubject(name));
  const tables = await listTablesOf(ctx.warehouse, ownerOf(name));
  const {
    row_count,
    tables: shown,
    freshness,
    status,
  } = renderSource(ctx.now(), row, {
    last: history[0] ?? null,
    tables,
    live,
  });
  return {
    name,
    config: renderConfig(row),
    history: history.map(renderHistory),
    row_count,
    tables: shown,
    freshness,
    status,
  };
}

/** The row of a source; throws 404 with the document's text. */
export async function requireSource(ctx: Pick<Context, "db">, name: string): Promise<SourceRow> {
  const row = await findSource(ctx.db, name);
  if (!row) throw notFound(`Source '${name}' not found`);
  return row;
}

/** Throws 400 for a type or config that cannot be, 409 for a name that is taken, 429 past a limit. */
export async function createSource(ctx: Context, input: SourceInput) {
  const config = requireSourceConfig(input.type, input.config);
  const now = ctx.now();
  const created_by = principalId(ctx.principal);
  const source = { ...input, config, sync_due_at: null, created_by, created_at: now, updated_at: now };
  const [[row]] = await ctx.db
    .batch([insertSource(ctx.db, source), guardSources(ctx.db, sourceLimits(ctx, created_by))])
    .catch((error: unknown) => {
      throw quotaRefusal(ctx, error);
    });
  if (!row) throw conflict(`Source '${input.name}' already exists`);
  await logActivity(ctx, "INFO", `Source ${row.name} created`, row.name);
  return getSourceDetails(ctx, row.name);
}

const sourceLimits = ({ config, principal }: Context, created_by: string | null) => ({
  all: config.SOURCE_LIMIT,
  own: isHeld(principal) && created_by !== null ? { created_by, limit: config.USER_SOURCE_LIMIT } : null,
});

/** Replaces all of a source but its name and type, which decide what its tables are. */
export async function replaceSource(ctx: Context, name: string, { name: given, type, ...input }: SourceInput) {
  const row = await requireSource(ctx, name);
  if (given !== row.name || type !== row.type) throw badRequest("A source keeps its name and its type");
  return changeSource(ctx, name, input);
}

/** Changes the fields given, and keeps secrets that come back masked; throws 400 for a config that cannot be, and 404. */
export async function changeSource(ctx: Context, name: string, change: SourceChange) {
  const row = await requireSource(ctx, name);
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const config = change.config
    ? { config: requireSourceConfig(row.type, Object(keepMasked(change.config, row.config))) }
    : {};
  await updateSource(ctx.db, name, { ...given, ...config, updated_at: ctx.now() });
  await logActivity(ctx, "INFO", `Source ${name} changed`, name);
  return getSourceDetails(ctx, name);
}

/** Removes a source, its history, its schedule and its live sync; its tables and files stay unless they are to be dropped. */
export async function deleteSource(ctx: Context, name: string, { drop_tables }: { drop_tables: boolean }) {
  await requireSource(ctx, name);
  // From here on no sync can start.
  await updateSource(ctx.db, name, { enabled: false });
  await cancelJobsOfSubject(ctx, syncSubject(name));
  if (drop_tables) await dropLoaded(ctx, name);
  const schedules = (await listSchedules(ctx.db, "warehouse")).filter(({ subject }) => subject === syncSubject(name));
  await ctx.db.batch([
    deleteSourceRow(ctx.db, name),
    deleteHistory(ctx.db, name),
    ...schedules.map(({ id }) => deleteSchedule(ctx.db, id)),
  ]);
  await logActivity(ctx, "INFO", `Source ${name} deleted`);
}

async function dropLoaded(ctx: Context, name: string): Promise<void> {
  await removeStagingFiles(ctx, name);
  const dropped = await dropTables(ctx, ownerOf(name));
  await ctx.warehouse.batch([
    deleteStreamCursors(ctx.warehouse, name),
    ...forgetOtherFiles(ctx.warehouse, name),
    ...dropped,
  ]);
  const files = await listCsvFiles(ctx.db, name, ctx.now());
  const now = ctx.now();
  const orphaned = files.map(({ object_key }) => markOrphaned(ctx.db, object_key, now));
  await ctx.db.batch([deleteCsvFilesOf(ctx.db, name), ...orphaned]);
}

interface SourceState {
  last: HistoryRow | null;
  tables: Awaited<ReturnType<typeof listTablesOf>>;
  live: boolean;
}

function renderSource(now: number, { name, type, enabled }: SourceRow, { last, tables, live }: SourceState) {
  const row_count = tables.length > 0 ? tables.reduce((sum, table) => sum + table.row_count, 0) : null;
  return {
    ...{ name, type, enabled },
    last_sync: documentTime(last?.timestamp ?? null),
    row_count,
    status: live ? ("syncing" as const) : statusOf(last, row_count),
    freshness: freshnessOf(now, last),
    tables: tables.map((table) => ({ name: table.name, row_count: table.row_count, schema: table.schema })),
  };
}

function statusOf(last: HistoryRow | null, row_count: number | null) {
  if (!last) return "not_synced" as const;
  if (last.status === "failed") return "failed" as const;
  return row_count ? ("synced" as const) : ("empty" as const);
}

function freshnessOf(now: number, last: HistoryRow | null) {
  const age_ms = last ? now - last.timestamp : null;
  const status = { success: "synced", failed: "failed" } as const;
  return {
    last_update: documentTime(last?.timestamp ?? null),
    days_old: age_ms === null ? null : Math.floor(age_ms / DAY_MS),
    status: last ? status[last.status] : ("never_synced" as const),
    hours_since_sync: age_ms === null ? null : Math.round((age_ms / HOUR_MS) * 10) / 10,
  };
}

function renderConfig({ name, type, enabled, config, description, tags, ...row }: SourceRow) {
  const { lookback_days, auto_sync, auto_dbt, debounce_seconds } = row;
  const options = { description, tags, lookback_days, auto_sync, auto_dbt, debounce_seconds };
  return { name, type, enabled, [type]: maskSecrets(config), ...options };
}

const renderHistory = ({ timestamp, id: _id, source: _source, job_id: _job, ...entry }: HistoryRow) => ({
  timestamp: documentTime(timestamp) ?? "",
  ...entry,
});
