import type { z } from "zod";
import type { ConnectorIo } from "../connector.ts";
import type { CloudProvider } from "./artifact.ts";
import { firstTasks, takeStep } from "./step.ts";
import type { CloudClient, CloudService, Scope, ServiceDescription, Step, Task } from "./service.ts";

/** Base URLs that replace the clouds' own: test servers, proxies, sovereign clouds. */
export interface CloudEndpoints {
  AWS_ENDPOINT_URL: string;
  AZURE_ENDPOINT_URL: string;
  AZURE_AUTHORITY_URL: string;
  GCP_ENDPOINT_URL: string;
}

export interface CloudIo extends ConnectorIo {
  endpoints: CloudEndpoints;
}

/** One account of a cloud, spoken to with its credentials; throws as `CloudClient.send` does. */
export interface OpenCloud {
  /** Account, subscription or project that the credentials are for, as the cloud says. */
  account(): Promise<string>;
  /** Regions that regional services are asked in; empty where a cloud has no such services. */
  regions(): Promise<string[]>;
  /** The tasks with which a shard starts. Asks first whether the API is switched on, where a cloud has that: none if not. */
  start(service: string, scope: Omit<Scope, "parent">): Promise<Task[]>;
  step(service: string, task: Task, scope: Omit<Scope, "parent">): Promise<Step>;
}

/** A cloud as the domain sees it; adding one is its folder and a line in `clouds.ts`. */
export interface Cloud {
  provider: CloudProvider;
  services: ReadonlyMap<string, ServiceDescription>;
  /** Secrets of an account, as a caller puts them into the vault. */
  credentials: z.ZodType<Record<string, unknown>, Record<string, unknown>>;
  /** Keys of the credentials that are shown; all others are secret. */
  shown: readonly string[];
  /** Whether a text can be the id of an account, subscription or project. */
  isAccount(account: string): boolean;
  /** Whether a text can be one of this cloud's regions. */
  isRegion(region: string): boolean;
  /** Throws 422 for credentials that cannot be used, such as a PEM that does not parse. */
  open(account: string, credentials: Record<string, unknown>, io: CloudIo): Promise<OpenCloud>;
}

/** How callers see the services of a cloud. */
export function describeServices<Call>(
  provider: CloudProvider,
  services: readonly CloudService<Call>[],
): ReadonlyMap<string, ServiceDescription> {
  return new Map(
    services.map(({ service, description, scope, listings }) => {
      const types = new Map(
        listings.flatMap(({ resources }) => resources).map((resource) => [resource.type, resource]),
      );
      const resource_types = [...types.values()].map(({ type, configuration, aliases }) => ({
        type,
        fields: Object.keys(configuration),
        aliases: aliases ?? {},
      }));
      return [service, { provider, service, description, scope, resource_types }];
    }),
  );
}

/** The part of `OpenCloud` that is the same for every cloud. */
export function stepsOf<Call>(
  provider: CloudProvider,
  services: readonly CloudService<Call>[],
  client: CloudClient<Call>,
  isSwitchedOn: (service: CloudService<Call>, scope: Omit<Scope, "parent">) => Promise<boolean> = async () => true,
): Pick<OpenCloud, "start" | "step"> {
  const named = new Map(services.map((service) => [service.service, service]));
  const find = (name: string) => {
    const service = named.get(name);
    if (!service) throw new Error(`${provider} has no service ${name}`);
    return service;
  };
  return {
    async start(name, scope) {
      const service = find(name);
      return (await isSwitchedOn(service, scope)) ? firstTasks(service) : [];
    },
    step: (name, task, scope) => takeStep(provider, find(name), client, task, scope),
  };
}
