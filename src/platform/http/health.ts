import packageFile from "../../../package.json" with { type: "json" };
import type { Config } from "../../config.ts";
import type { Context } from "../../context.ts";
import { checkComponents, type Findings } from "./health-checks.ts";
import { startedAt } from "./uptime.ts";

export const version: string = packageFile.version;

/** From this age on one request looks again, while others still take the old findings up to the second age. */
const RENEW_AFTER_MS = 1000;
const KEEP_MS = 2000;

/** What `/health` answers (bank document, "Health"), from findings at most two seconds old. */
export async function readHealth(ctx: Context) {
  const { ready, components } = await recentFindings(ctx);
  const now = ctx.now();
  const timestamp = new Date(now).toISOString();
  if (!ready) return { status: "not_ready" as const, ready: false as const, components, version, timestamp };
  const started_at = startedAt(now);
  return {
    status: "healthy" as const,
    ready: true as const,
    startup_complete_time: new Date(started_at).toISOString().slice(0, 19),
    components,
    version,
    uptime_seconds: Math.round((now - started_at) / 10) / 100,
    timestamp,
  };
}

export type Health = Awaited<ReturnType<typeof readHealth>>;

interface Remembered {
  findings: Findings;
  checked_at: number;
  renewing: boolean;
}

const remembered = new WeakMap<Config, Remembered>();

async function recentFindings(ctx: Context): Promise<Findings> {
  const known = remembered.get(ctx.config);
  const age = known ? ctx.now() - known.checked_at : Number.POSITIVE_INFINITY;
  if (known && (age < RENEW_AFTER_MS || (age < KEEP_MS && known.renewing))) return known.findings;
  if (known) known.renewing = true;
  // Only findings are shared: workerd does not let a request await what another request began.
  const findings = await checkComponents(ctx);
  remembered.set(ctx.config, { findings, checked_at: ctx.now(), renewing: false });
  return findings;
}
