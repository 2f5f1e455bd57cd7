import { asItem, type Item, items, labelsFrom, text } from "../json.ts";
import type { Detail, Listing, ResourceType } from "../service.ts";
import type { AzureCall } from "./client.ts";

/** What a provider of resources answers that the subscription never used: it has none there. */
const UNREGISTERED = "MissingSubscriptionRegistration";
/** What is asked for below a resource that is gone by then. */
export const GONE = ["ResourceNotFound", "ParentResourceNotFound", "NotFound"];

/** A listing of one type of resource in the whole subscription, such as `Microsoft.Network/virtualNetworks`. */
export function subscriptionListing(
  name: string,
  type: string,
  version: string,
  rest: Pick<Listing<AzureCall>, "resources" | "details"> & { query?: Record<string, string> },
): Listing<AzureCall> {
  const { query, ...listing } = rest;
  return {
    name,
    call: ({ account }) => ({ path: `/subscriptions/${account}/providers/${type}`, version, query, list: true }),
    items: valueOf,
    absent: [UNREGISTERED],
    ...listing,
  };
}

/** The items of a page. */
export const valueOf = (body: Item): Item[] => items(body["value"]);

/** Asks for what lies below a resource, such as `instanceView`. */
export const detailBelow = (suffix: string, version: string, { list = false } = {}): Detail<AzureCall> => ({
  call: ([item]) => ({ path: `${idOf(asItem(item))}/${suffix}`, version, list }),
  absent: GONE,
});

/** What every resource of Azure Resource Manager has, whatever its type. */
export const resource = {
  id: idOf,
  region: (item: Item) => locationOf(item),
  labels: (item: Item) => labelsFrom(item["tags"]),
  resourceGroup: (item: Item) => /\/resourceGroups\/([^/]+)/i.exec(idOf(item))?.[1] ?? null,
} satisfies Partial<ResourceType>;

export function idOf(item: Item): string {
  return text(item["id"]) ?? "";
}

/** The location's name: APIs answer `West US` or `westus`, as the resource was created. */
export function locationOf(item: Item): string | null {
  return text(item["location"])?.replaceAll(/\s/g, "").toLowerCase() ?? null;
}
