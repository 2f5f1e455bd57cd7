import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { upstreamFetch } from "../../platform/outbound/upstream-fetch.ts";

/** Quiet time after the last upload before a sync starts, unless a source says otherwise; seconds. */
export const DEFAULT_DEBOUNCE_SECONDS = 600;

/** The document's watcher: here an upload is the event, so no process watches and none has an id. */
export function readWatcher() {
  return {
    running: true,
    pid: null,
    auto_sync_enabled: true,
    auto_dbt_enabled: true,
    debounce_seconds: DEFAULT_DEBOUNCE_SECONDS,
    watch_patterns: ["*.csv"],
    watch_directories: ["data/uploads"],
    log_file: null,
  };
}

/** Addresses as the caller reaches them. */
export function readPlatformConfig({ config }: Pick<Context, "config">, request_url: string) {
  const { origin, port, protocol } = new URL(request_url);
  const { METABASE_URL, PROJECT_NAME, ORGANIZATION } = config;
  return {
    web_port: Number(port === "" ? (protocol === "https:" ? 443 : 80) : port),
    web_url: origin,
    metabase_url: METABASE_URL === "" ? `${origin}/metabase` : METABASE_URL,
    dbt_docs_url: `${origin}/dbt-docs`,
    api_url: `${origin}/api`,
    project_name: PROJECT_NAME,
    organization: ORGANIZATION === "" ? null : ORGANIZATION,
  };
}

/** Configured only when Metabase has an id for the warehouse and answers. */
export async function readMetabase(ctx: Context) {
  const { METABASE_URL, METABASE_DATABASE_ID } = ctx.config;
  if (METABASE_URL === "" || METABASE_DATABASE_ID === 0) return { database_id: null, configured: false };
  try {
    const response = await upstreamFetch(ctx)(new URL("/api/health", METABASE_URL));
    await response.body?.cancel();
    return { database_id: METABASE_DATABASE_ID, configured: response.ok };
  } catch (error) {
    if (error instanceof AppError) return { database_id: METABASE_DATABASE_ID, configured: false };
    throw error;
  }
}
