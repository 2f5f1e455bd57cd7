import type { Context } from "../../context.ts";
import { principalId } from "../../platform/auth/principal.ts";
import { insertLog } from "./activity.store.ts";
import { endWaiting, insertDefaultSource, listDefaultSources, listWaitingSources } from "./default-sources.store.ts";
import { DEFAULT_DEBOUNCE_SECONDS } from "./platform-config.ts";
import { isSecretSet } from "./secrets.ts";
import { requireSourceConfig } from "./source-config.ts";
import { insertSource, updateSource } from "./source.store.ts";

/** The sources that the document's examples name. */
const DEFAULTS = [
  {
    name: "sales_data",
    type: "csv",
    config: { directory: "data/uploads/sales" },
    description: "Sales as CSV files",
    waits_for: null,
  },
  {
    name: "stripe_payments",
    type: "stripe",
    config: { stripe_secret_key_env: "STRIPE_API_KEY", endpoints: ["charges", "customers"] },
    description: "Payments; enabled once STRIPE_API_KEY is set",
    waits_for: "STRIPE_API_KEY",
  },
] as const;

/** Gives a fresh local start something to try. What was deleted stays deleted, and a name that is taken is left alone. */
export async function ensureDefaultSources(ctx: Context): Promise<void> {
  if (ctx.config.ENVIRONMENT !== "local") return;
  const known = new Set((await listDefaultSources(ctx.db)).map(({ name }) => name));
  for (const { waits_for, ...source } of DEFAULTS.filter(({ name }) => !known.has(name))) {
    const now = ctx.now();
    const row = {
      ...source,
      config: requireSourceConfig(source.type, source.config),
      enabled: waits_for === null,
      ...{ tags: [], lookback_days: null, auto_sync: true, auto_dbt: true, sync_due_at: null },
      debounce_seconds: DEFAULT_DEBOUNCE_SECONDS,
      ...{ created_by: principalId(ctx.principal), created_at: now, updated_at: now },
    };
    const [[inserted]] = await ctx.db.batch([
      insertSource(ctx.db, row),
      insertDefaultSource(ctx.db, { name: source.name, waits_for, created_at: now }),
    ]);
    if (!inserted) await endWaiting(ctx.db, source.name);
  }
  await enableWaitingSources(ctx);
}

/** Enables sources whose secret has been set, once: who disables one again is obeyed. */
export async function enableWaitingSources(ctx: Context): Promise<void> {
  for (const { name, waits_for } of await listWaitingSources(ctx.db)) {
    if (waits_for === null || !(await isSecretSet(ctx, waits_for))) continue;
    const message = `Source ${name} enabled: ${waits_for} is set`;
    await ctx.db.batch([
      updateSource(ctx.db, name, { enabled: true }),
      endWaiting(ctx.db, name),
      insertLog(ctx.db, { timestamp: ctx.now(), level: "INFO", message, source: name }),
    ]);
  }
}
