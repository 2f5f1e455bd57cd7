import { type CloudProvider, GLOBAL_REGION } from "../../connectors/clouds/artifact.ts";
import { CloudRefusal } from "../../connectors/clouds/errors.ts";
import type { ServiceDescription } from "../../connectors/clouds/service.ts";
import type { Context } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { listAccounts, openAccount } from "./accounts.ts";
import type { ExtractionParams } from "./extraction-params.ts";
import { regionsOf, selectServices } from "./selection.ts";
import type { ShardRow } from "./shard.store.ts";
import type { AccountReference } from "./tables.ts";

export type PlannedShard = Omit<ShardRow, "job_id" | "number">;

/**
 * The shards of an extraction: every account, service and region once, services without regions once an account. An
 * account that cannot be opened, and a provider without one, is a shard that has failed with the reason. Throws what can
 * be tried again.
 */
export async function planExtraction(ctx: Context, params: ExtractionParams): Promise<PlannedShard[]> {
  const plan: PlannedShard[] = [];
  for (const { provider, services } of selectServices(ctx, params)) {
    const regions = regionsOf(provider, params.regions);
    // Regions of another cloud mean that this one was not meant.
    if (services.length === 0 || (regions?.length === 0 && params.provider === null)) continue;
    const references = await listAccounts(ctx, provider);
    if (references.length === 0) {
      plan.push(failedShard(ctx, provider, "none", "no credentials are stored or configured"));
    }
    for (const reference of references) {
      const shards = await planAccount(ctx, reference, services, params, regions);
      // The same account may be known from the vault and from the configuration.
      const known = new Set(plan.map(({ account }) => account));
      plan.push(...shards.filter(({ account, state }) => state === "failed" || !known.has(account)));
    }
  }
  return plan;
}

async function planAccount(
  ctx: Context,
  reference: AccountReference,
  services: readonly ServiceDescription[],
  params: ExtractionParams,
  wanted: string[] | null,
): Promise<PlannedShard[]> {
  const { provider } = reference;
  try {
    const cloud = await openAccount(ctx, reference);
    const account = await cloud.account();
    if (reference.source === "vault" && account !== reference.account) {
      const reason = `its credentials are for ${account}, not for ${reference.account}`;
      return [failedShard(ctx, provider, reference.account, reason)];
    }
    const needsRegions = services.some(({ scope }) => scope === "regional");
    const regions = wanted ?? (needsRegions ? await cloud.regions() : []);
    const narrowed_by = JSON.stringify({ regions: wanted, filters: params.filters });
    return services.flatMap(({ service, scope }) =>
      (scope === "regional" ? regions : [GLOBAL_REGION]).map((region) => ({
        ...emptyShard,
        ...{ provider, account, service, region, narrowed_by, opened_as: reference },
      })),
    );
  } catch (error) {
    if (error instanceof CloudRefusal) return [failedShard(ctx, provider, reference.account, error.message)];
    if (error instanceof AppError && error.retry_after === undefined && error.status !== 429) {
      return [failedShard(ctx, provider, reference.account, error.message)];
    }
    throw error;
  }
}

const emptyShard = {
  state: "pending" as const,
  tasks: null,
  faults: 0,
  rests_until: 0,
  steps: 0,
  errors: [] as string[],
  started_at: null,
  completed_at: null,
};

function failedShard(ctx: Context, provider: CloudProvider, account: string, reason: string): PlannedShard {
  return {
    ...emptyShard,
    ...{ provider, account, service: provider, region: "all", narrowed_by: "{}", opened_as: null },
    state: "failed",
    errors: [reason],
    completed_at: ctx.now(),
  };
}
