import dbJournal from "../../../migrations/db/meta/_journal.json" with { type: "json" };
import warehouseJournal from "../../../migrations/warehouse/meta/_journal.json" with { type: "json" };
import type { Context, Database } from "../../context.ts";
import { proveSigning } from "../auth/access-tokens.ts";
import { configuredProvider } from "../auth/identities.ts";
import { signingKeyProblem } from "../auth/signing-key.ts";
import { vaultProblem } from "../credentials/vault.ts";
import { findLastTick, findMigration } from "./health.store.ts";
import { describeError } from "./log.ts";

/** Cron ticks once a minute; two may be late. */
const TICK_LIMIT_MS = 3 * 60_000;
const SCHEMA_OLD = "The schema is older than the code: apply the migrations";

export interface ComponentHealth {
  ready: boolean;
  error: string | null;
}

/** The bank document's four, by its names, and what else can fail. */
const COMPONENTS = ["firebase", "scheduler", "tokens", "selenium", "vault", "database", "warehouse", "lake"] as const;
type ComponentName = (typeof COMPONENTS)[number];

export interface Findings {
  /** False when nothing can be answered rightly: a required secret or the schema is wrong. */
  ready: boolean;
  components: Record<ComponentName, ComponentHealth>;
}

const good: ComponentHealth = { ready: true, error: null };
const bad = (error: string): ComponentHealth => ({ ready: false, error });

/** Looks at every component now; a fault is a finding, with its cause in the log only. */
export async function checkComponents(ctx: Context): Promise<Findings> {
  const keyProblem = signingKeyProblem(ctx.config);
  const vaultKeyProblem = vaultProblem(ctx.config);
  const [firebase, scheduler, tokens, database, warehouse, lake] = await Promise.all([
    check(ctx, "firebase", providerSentence(ctx), () => configuredProvider(ctx).findProblem(ctx)),
    check(ctx, "scheduler", "The last tick cannot be read", () => findTickProblem(ctx)),
    keyProblem
      ? bad(keyProblem)
      : check(ctx, "tokens", "A token that was just signed does not verify", () => proveSigning(ctx)),
    check(ctx, "database", "The database does not answer", () => findSchemaProblem(ctx.db, dbJournal)),
    check(ctx, "warehouse", "The warehouse does not answer", () => findSchemaProblem(ctx.warehouse, warehouseJournal)),
    check(ctx, "lake", "The lake does not answer", () => ctx.lake.head("health")),
  ]);
  const selenium = ctx.browser ? good : bad("not configured");
  const vault = vaultKeyProblem ? bad(vaultKeyProblem) : good;
  const outdated = database.error === SCHEMA_OLD || warehouse.error === SCHEMA_OLD;
  return {
    ready: !keyProblem && !vaultKeyProblem && !outdated,
    components: { firebase, scheduler, tokens, selenium, vault, database, warehouse, lake },
  };
}

const providerSentence = ({ config }: Context) =>
  config.IDENTITY_PROVIDER === "firebase" ? "Firebase does not answer" : "The user store does not answer";

/** A component is bad when looking at it throws, then with `sentence`, or when what it returns is a sentence itself. */
async function check(
  ctx: Context,
  component: ComponentName,
  sentence: string,
  look: () => Promise<unknown>,
): Promise<ComponentHealth> {
  try {
    const finding = await look();
    return typeof finding === "string" ? bad(finding) : good;
  } catch (error) {
    ctx.log.warning("health_check_failed", { component, ...describeError(error) });
    return bad(sentence);
  }
}

async function findTickProblem(ctx: Context): Promise<string | null> {
  const [last] = await findLastTick(ctx.db);
  if (!last) return "Nothing has ticked yet";
  const age = ctx.now() - last.ticked_at;
  return age <= TICK_LIMIT_MS ? null : `The last tick was ${Math.round(age / 1000)} seconds ago`;
}

/** Compares the newest migration that the code was built with to those the database has. */
async function findSchemaProblem(db: Database, journal: { entries: { tag: string }[] }): Promise<string | null> {
  const newest = journal.entries.at(-1);
  if (!newest) return null;
  try {
    const applied = await findMigration(db, `${newest.tag}.sql`);
    return applied.length > 0 ? null : SCHEMA_OLD;
  } catch (error) {
    if (isMissingTable(error)) return SCHEMA_OLD;
    throw error;
  }
}

/** Drizzle wraps D1's own error, whose text is the only sign of a table that is not there. */
function isMissingTable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message.includes("no such table") || isMissingTable(error.cause);
}
