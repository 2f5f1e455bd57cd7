import type { Context } from "../../context.ts";
import { describeError } from "../../platform/http/log.ts";
import { listRunFailures } from "./dbt/run-failures.ts";
import { listLastSyncs, listSourceRows } from "./source.store.ts";
import { countTables } from "./status.store.ts";
import { documentTime } from "./times.ts";

const DAY_MS = 86_400_000;
const GB = 1024 ** 3;

/** How big a warehouse is said to be, by its share of the limit. */
const SIZES = [
  { below: 0.5, status: "small" },
  { below: 0.8, status: "healthy" },
  { below: 0.95, status: "large" },
] as const;

/** The documented words for what keeps the warehouse going. */
export async function readStatus(ctx: Context) {
  const database = await isReadable(ctx);
  const services = {
    api: "running",
    duckdb: database ? "healthy" : "error",
    metabase: ctx.config.METABASE_URL === "" ? "stopped" : "healthy",
    dbt_docs: "healthy",
  };
  return { status: "healthy" as const, dango_version: "0.0.5", services, uptime: "N/A" };
}

async function isReadable(ctx: Context): Promise<boolean> {
  try {
    await countTables(ctx.warehouse);
    return true;
  } catch (error) {
    ctx.log.error("warehouse_unreadable", describeError(error));
    return false;
  }
}

/** Size, tables and failures of the last day, with what of it needs somebody. */
export async function readPlatformHealth(ctx: Context) {
  const { layers, size } = await readTables(ctx);
  const [raw = 0, staging = 0, marts = 0] = ["raw", "staging", "marts"].map((layer) => layers.get(layer) ?? 0);
  const limit = ctx.config.WAREHOUSE_LIMIT_GB * GB;
  const share = limit === 0 ? 0 : size / limit;
  const rows = await listSourceRows(ctx.db);
  const recent = (await listLastSyncs(ctx.db)).filter(
    ({ status, timestamp }) => status === "failed" && ctx.now() - timestamp < DAY_MS,
  );
  const sync_failures = recent.map(({ source, error_message }) => ({ source, count: 1, last_error: error_message }));
  const dbt_failures = await listRunFailures(ctx);
  const critical_issues = share >= 0.95 ? ["Critical disk space"] : [];
  const warnings = [
    ...(share >= 0.8 && share < 0.95 ? ["Low disk space"] : []),
    ...(recent.length > 0 ? [`${recent.length} source(s) with recent failures`] : []),
    ...(dbt_failures.length > 0 ? ["dbt run failures"] : []),
  ];
  return {
    status: critical_issues.length > 0 ? "critical" : warnings.length > 0 ? "warning" : "healthy",
    timestamp: documentTime(ctx.now()) ?? "",
    database: {
      size_mb: Math.round((size / 1024 ** 2) * 100) / 100,
      tables: raw + staging + marts,
      status: SIZES.find(({ below }) => share < below)?.status ?? "critical",
      raw_tables: raw,
      staging_tables: staging,
      marts_tables: marts,
    },
    disk: {
      status: share >= 0.95 ? "critical" : share >= 0.8 ? "warning" : "ok",
      free_gb: Math.round(((limit - size) / GB) * 100) / 100,
      total_gb: ctx.config.WAREHOUSE_LIMIT_GB,
    },
    sync_failures,
    dbt_failures,
    total_sources: rows.length,
    enabled_sources: rows.filter(({ enabled }) => enabled).length,
    critical_issues,
    warnings,
  };
}

/** Tables by layer, and the database's size in bytes, which D1 tells beside any answer. */
async function readTables(ctx: Context) {
  const { results, meta } = await ctx.warehouse.run(countTables(ctx.warehouse).getSQL());
  const rows = results as { layer: string; tables: number }[];
  return { layers: new Map(rows.map(({ layer, tables }) => [layer, tables])), size: meta.size_after ?? 0 };
}
