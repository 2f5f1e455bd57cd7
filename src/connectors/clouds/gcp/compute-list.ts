import type { Item } from "../json.ts";
import { items } from "../json.ts";
import type { Listing, ResourceType, Scope } from "../service.ts";
import type { GcpCall } from "./client.ts";
import { aggregated, regionOf, linkedName } from "./names.ts";

export const COMPUTE = "compute.googleapis.com";
const PAGE_SIZE = 500;

const listCall = ({ account }: Scope, path: string, query: GcpCall["query"] = {}): GcpCall => ({
  api: COMPUTE,
  path: `/compute/v1/projects/${account}/${path}`,
  query: { maxResults: PAGE_SIZE, ...query },
});

/** Lists a collection of Compute Engine in all zones, regions and the global place at once (aggregatedList). */
export const aggregatedList = (collection: string, resource: ResourceType): Listing<GcpCall> => ({
  name: collection,
  // Without it one unreachable zone fails the whole list; with it the answer names the zone.
  call: (scope) => listCall(scope, `aggregated/${collection}`, { returnPartialSuccess: true }),
  items: (body) => aggregated(body, collection),
  resources: [resource],
});

/** Lists a collection of Compute Engine that is global only. */
export const globalList = (collection: string, resource: ResourceType): Listing<GcpCall> => ({
  name: collection,
  call: (scope) => listCall(scope, `global/${collection}`),
  items: (body) => items(body["items"]),
  resources: [resource],
});

/** Lists the project's regions, for APIs that must be asked in each; only those wanted. Its items have a `name`. */
export const regionsList: Listing<GcpCall> = {
  name: "regions",
  call: (scope) => listCall(scope, "regions"),
  items: (body, { regions }) =>
    items(body["items"]).filter(({ name }) => regions === null || regions.some((region) => region === name)),
  resources: [],
};

/** Id and region of a Compute Engine resource, which says its zone, its region or neither. */
export const computeIdentity = {
  id: linkedName,
  region: (item: Item) => regionOf(item["zone"] ?? item["region"]),
};
