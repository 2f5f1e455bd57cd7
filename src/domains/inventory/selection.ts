import type { CloudProvider } from "../../connectors/clouds/artifact.ts";
import { cloudProviders } from "../../connectors/clouds/artifact.ts";
import { clouds } from "../../connectors/clouds/clouds.ts";
import type { ServiceDescription } from "../../connectors/clouds/service.ts";
import type { Config } from "../../config.ts";
import { badRequest } from "../../errors.ts";

/** What an extraction is asked for; null means all. */
export interface Selection {
  provider: string | null;
  services: string[] | null;
  regions: string[] | null;
}

type SelectionContext = { config: Pick<Config, "ENABLED_PROVIDERS"> };

/** Clouds in the documented order; throws 400 when none is enabled. */
export function enabledProviders({ config }: SelectionContext): CloudProvider[] {
  const enabled = cloudProviders.options.filter((provider) => config.ENABLED_PROVIDERS.includes(provider));
  if (enabled.length === 0) {
    throw badRequest("No cloud providers enabled. Check ENABLED_PROVIDERS configuration.", "NO_PROVIDERS");
  }
  return enabled;
}

/** The providers that are meant; throws 400 for one that is unknown or not enabled. */
export function selectProviders(ctx: SelectionContext, provider: string | null): CloudProvider[] {
  const enabled = enabledProviders(ctx);
  if (provider === null) return enabled;
  const found = enabled.find((name) => name === provider);
  if (!found) throw badRequest(`Unsupported provider: '${provider}'`, "UNSUPPORTED_PROVIDER");
  return [found];
}

/** The services that are meant, provider by provider; throws 400 for those that none of the providers has. */
export function selectServices(ctx: SelectionContext, { provider, services }: Omit<Selection, "regions">) {
  const selected = selectProviders(ctx, provider).map((name) => ({
    provider: name,
    services: [...clouds[name].services.values()].filter(({ service }) => services?.includes(service) ?? true),
  }));
  const known = new Set(selected.flatMap((entry) => entry.services.map(({ service }) => service)));
  const unknown = [...new Set(services ?? [])].filter((service) => !known.has(service));
  if (unknown.length === 0) return selected;
  const names = unknown.map((name) => `'${name}'`).join(", ");
  const where = provider === null ? "" : ` for ${provider}`;
  throw badRequest(`Invalid services${where}: [${names}]`, "INVALID_SERVICES");
}

/** Throws 400 for regions that none of the providers can have. */
export function requireRegions(providers: readonly CloudProvider[], regions: readonly string[] | null): void {
  const unknown = (regions ?? []).filter((region) => !providers.some((provider) => clouds[provider].isRegion(region)));
  if (unknown.length === 0) return;
  throw badRequest(
    `Invalid regions: [${unknown.map((name) => `'${name}'`).join(", ")}]`,
    "INVALID_REGIONS",
    unknown.map((name) => ({ field: "regions", message: `Invalid region name: '${name}'` })),
  );
}

/** Those of the regions that the provider can have; null when all are meant. */
export const regionsOf = (provider: CloudProvider, regions: readonly string[] | null): string[] | null =>
  regions === null ? null : regions.filter((region) => clouds[provider].isRegion(region));

/** The description of a service; undefined when this version of the code does not have it. */
export const findService = (provider: CloudProvider, service: string): ServiceDescription | undefined =>
  clouds[provider].services.get(service);
