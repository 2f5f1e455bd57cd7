import { type CloudProvider, GLOBAL_REGION } from "../../connectors/clouds/artifact.ts";
import type { OpenCloud } from "../../connectors/clouds/cloud.ts";
import { clouds } from "../../connectors/clouds/clouds.ts";
import { CloudRefusal } from "../../connectors/clouds/errors.ts";
import type { ServiceDescription } from "../../connectors/clouds/service.ts";
import type { Context } from "../../context.ts";
import { AppError, notFound } from "../../errors.ts";
import { listAccounts, openAccount } from "./accounts.ts";

/** Items whose details are tried: the first shows what is denied. */
const MOST_STEPS = 8;

interface ServiceCheck {
  service: string;
  ok: boolean;
  /** Calls that were refused, or failed, with the reason. */
  missing: string[];
}

/**
 * Tries the first page of every listing of an account, and the details of a first item, in one region; says which calls
 * are refused. Throws 404 without credentials for the account.
 */
export async function checkPermissions(ctx: Context, provider: CloudProvider, account: string) {
  const reference = (await listAccounts(ctx, provider)).find((known) => known.account === account);
  if (!reference) throw notFound(`No credentials for ${provider} ${account}`);
  try {
    const cloud = await openAccount(ctx, reference);
    const identity = await cloud.account();
    const [region = GLOBAL_REGION] = await cloud.regions();
    const described = [...clouds[provider].services.values()];
    const services = await Promise.all(described.map((service) => checkService(cloud, service, identity, region)));
    const ok = services.every((service) => service.ok);
    return { provider, account, identity, ok, error: null, services };
  } catch (error) {
    return { provider, account, identity: null, ok: false, error: reasonOf(error), services: [] };
  }
}

async function checkService(
  cloud: OpenCloud,
  { service, scope: extent }: ServiceDescription,
  account: string,
  region: string,
): Promise<ServiceCheck> {
  const scope = { account, region: extent === "regional" ? region : null, regions: null, filters: {} };
  const missing: string[] = [];
  try {
    const tasks = await cloud.start(service, scope);
    const tried = new Set<string>();
    for (let step = 0; tasks.length > 0 && step < MOST_STEPS; step++) {
      const task = tasks.shift();
      if (!task) break;
      const { next, failures, fault } = await cloud.step(service, task, scope);
      missing.push(...failures);
      if (fault !== undefined) missing.push(reasonOf(fault));
      // One further task of each kind: a page of children, or the details of an item.
      const kinds = next.map((followed) => ({ followed, kind: `${followed.listing}:${Object.keys(followed).join()}` }));
      for (const { followed, kind } of fault === undefined ? kinds : []) {
        if (tried.has(kind)) continue;
        tried.add(kind);
        tasks.push(followed);
      }
    }
  } catch (error) {
    missing.push(reasonOf(error));
  }
  return { service, ok: missing.length === 0, missing: [...new Set(missing)] };
}

/** Our own errors and refusals may be shown; of anything else only that it happened. */
function reasonOf(error: unknown): string {
  return error instanceof CloudRefusal || error instanceof AppError ? error.message : "An unforeseen answer";
}
