import { asItem, isItem, type Item, text, texts } from "../json.ts";

/** Where Google's APIs name what an answer leaves out: AIP-217, Compute Engine, Kubernetes Engine, Bigtable. */
const LISTS = ["unreachable", "unreachables", "missingZones", "failedLocations"];

/** What a list says that it could not reach, by name; the rest of the answer holds. */
export function missingParts(body: Item): string[] {
  const named = LISTS.flatMap((key) => texts(body[key]));
  const locations = Array.isArray(body["failedLocation"]) ? body["failedLocation"] : [];
  const failed = locations.flatMap((location) => text(asItem(location)["name"]) ?? []);
  return [...new Set([...named, ...failed, ...unreachableScopes(body["items"])])];
}

/** An aggregated list has a warning in the place of a zone's or region's entries. */
function unreachableScopes(scopes: unknown): string[] {
  if (!isItem(scopes)) return [];
  return Object.keys(scopes).filter((name) => asItem(asItem(scopes[name])["warning"])["code"] === "UNREACHABLE");
}
