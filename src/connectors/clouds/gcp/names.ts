import { GLOBAL_REGION } from "../artifact.ts";
import { isItem, type Item, items, labelsFrom, text } from "../json.ts";

/** The last part of a URL or a resource name: `…/zones/us-central1-a` is `us-central1-a`. */
export const lastPart = (value: unknown): string | null => text(text(value)?.split("/").at(-1));

/** The part of a resource name that follows a collection: `locations` of `projects/p/locations/europe-west1/jobs/j`. */
export function partAfter(value: unknown, collection: string): string | null {
  const parts = text(value)?.split("/") ?? [];
  const place = parts.indexOf(collection);
  return place < 0 ? null : text(parts[place + 1]);
}

/** Whether a text has the form of a region, such as `us-central1` or `u-germany-northeast1`. */
export const isRegion = (name: string): boolean => /^[a-z]+(-[a-z]+)+\d+$/.test(name);

/** The region of a region, a zone or a URL of one, in any case; `global` for multi-regions and all else. */
export function regionOf(location: unknown): string {
  const region =
    lastPart(location)
      ?.toLowerCase()
      .replace(/(\d)-[a-z]$/, "$1") ?? "";
  return isRegion(region) ? region : GLOBAL_REGION;
}

/** The name of a resource, which is its id: `projects/p/topics/t`. */
export const resourceName = (item: Item): string | null => text(item["name"]);

/** The name of a Compute Engine resource, whose `name` is only its last part: `projects/p/regions/r/urlMaps/m`. */
export const linkedName = (item: Item): string | null =>
  text(text(item["selfLink"])?.replace(/^.*?\/(?=projects\/)/, "")) ?? text(item["id"]);

/** The location within a resource's name: a zone, a region or `global`. */
export const locationIn = (item: Item): string | null => partAfter(item["name"], "locations");

/** The region of a resource by the location within its name. */
export const regionInName = (item: Item): string => regionOf(locationIn(item));

/** The entries of all zones and regions of an aggregated list; `member` is the list's name within each. */
export function aggregated(body: Item, member: string): Item[] {
  const scopes = isItem(body["items"]) ? Object.values(body["items"]) : [];
  return scopes.flatMap((scope) => (isItem(scope) ? items(scope[member]) : []));
}

/** The labels of an item. */
export const labelsOf = (item: Item): Record<string, string> => labelsFrom(item["labels"]);
