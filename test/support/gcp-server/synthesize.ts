import { documentOf, type Method, type ShortType } from "./discovery.ts";
import { OVERRIDES } from "./overrides.ts";
import { discovery } from "./paths.ts";

export type Item = Record<string, unknown>;

/** Where values are made for: the call and the place in its list. */
interface Place {
  method: Method;
  path: string;
  index: number;
}

/** Nested objects are filled down to here. */
const DEPTH = 5;
const TIME = "2024-05-06T07:08:09Z";
const REGION = "us-central1";
/** Lists that say what is missing from an answer. */
const MISSING = new Set(["unreachable", "unreachables", "missingZones", "failedLocation", "failedLocations"]);
/** APIs whose `name` is not the whole name of a resource. */
const SHORT_NAMES = new Set(["compute.v1", "bigquery.v2", "dns.v1", "container.v1", "dataflow.v1b3", "logging.v2"]);
const ZONAL = new Set(["instances", "instanceGroupManagers"]);
const REGIONAL = new Set(["subnetworks", "interconnectAttachments"]);

const schemaOf = (method: Method, name: string) => discovery.schemas[documentOf(method)]?.[name] ?? {};

/** The member of an answer that holds the list, with the type of its entries; null for an answer that is no list. */
export function listMember(method: Method): { member: string; type: ShortType } | null {
  const schema = schemaOf(method, method.response);
  if (!("nextPageToken" in schema) && !/List\w+Response$/.test(method.response)) return null;
  for (const [member, type] of Object.entries(schema)) {
    const entry = typeof type === "string" ? /^\[\](.+)$/.exec(type)?.[1] : type["[]"];
    if (entry !== undefined && !MISSING.has(member)) return { member, type: entry };
  }
  // An aggregated list: the entries of a zone or region are in a list of their own.
  const scoped = /^\{\}#(.+)$/.exec(String(schema["items"]))?.[1];
  const [member, type] = Object.entries(schemaOf(method, scoped ?? "")).find(([key]) => key !== "warning") ?? [];
  return member && typeof type === "string" ? { member, type: type.slice(2) } : null;
}

/** Whether a list is divided by zones and regions. */
export const isAggregated = ({ path }: Method): boolean => path.includes("/aggregated/");

/** Made-up entries of a list with every property filled. */
export function makeEntries(method: Method, path: string, count: number): unknown[] {
  const list = listMember(method);
  if (!list) return [];
  return Array.from({ length: count }, (_, index) => makeResource({ method, path, index }, list.type));
}

/** A made-up answer that is no list. */
export const makeAnswer = (method: Method, path: string): unknown =>
  makeResource({ method, path, index: 0 }, `#${method.response}`);

function makeResource(place: Place, type: ShortType): unknown {
  const made = make(place, type, "entry", 0);
  if (typeof made === "string") return `${made}-${place.index + 1}`;
  if (typeof made !== "object" || made === null || Array.isArray(made)) return made;
  return { ...made, ...identity(place, made as Item), ...OVERRIDES[place.method.id]?.(place.index, place.path) };
}

function make(place: Place, type: ShortType, property: string, depth: number): unknown {
  if (typeof type !== "string") {
    if ("[]" in type) return [make(place, type["[]"] ?? "any", property, depth)];
    if ("{}" in type) return { key: make(place, type["{}"] ?? "any", property, depth) };
    return fill(place, type, depth);
  }
  if (type.startsWith("[]")) return [make(place, type.slice(2), property, depth)];
  if (type.startsWith("{}")) return { key: make(place, type.slice(2), property, depth) };
  if (type.startsWith("#")) return depth > DEPTH ? {} : fill(place, schemaOf(place.method, type.slice(1)), depth);
  if (type.startsWith("enum:")) return type.slice(5).split("|").slice(0, 2).at(-1);
  if (property === "selfLink") return `https://${place.method.host}${place.path}/part-${place.index + 1}`;
  return scalar(type, property);
}

const fill = (place: Place, schema: Record<string, ShortType>, depth: number): Item =>
  Object.fromEntries(Object.entries(schema).map(([key, type]) => [key, make(place, type, key, depth + 1)]));

function scalar(type: string, property: string): unknown {
  if (type === "string/google-datetime" || /time(stamp)?$/i.test(property)) return TIME;
  if (/^string\/u?int64$/.test(type)) return "42";
  if (type.startsWith("integer")) return 7;
  if (type.startsWith("number")) return 0.5;
  if (type === "boolean") return true;
  if (type === "any") return { key: "value" };
  return /^location(Id)?$/.test(property) ? REGION : `${property}-value`;
}

/** What makes a resource itself: its names, its link and where it is. */
function identity({ method, path, index }: Place, made: Item): Item {
  const collection = path.split("/").at(-1)?.split(":")[0] ?? "";
  const simple = `${collection}-${index + 1}`;
  if (documentOf(method) === "compute.v1") return computeIdentity(path, collection, index);
  if (!("name" in made)) return {};
  if (SHORT_NAMES.has(documentOf(method))) {
    const selfLink = `https://${method.host}${path.replace("/-/", `/${REGION}/`)}/${simple}`;
    return "selfLink" in made ? { name: simple, selfLink } : { name: simple };
  }
  const isCollection = listMember(method) !== null;
  const parts = path
    .split("/")
    .slice(2)
    .map(decodeURIComponent)
    .join("/")
    .replace("locations/-", `locations/${REGION}`);
  const name = parts.replace("/-/", "/instances-1/").replace(/:\w+$/, "");
  return { name: isCollection ? `${name}/${simple}` : name };
}

function computeIdentity(path: string, collection: string, index: number): Item {
  const project = `https://www.googleapis.com${path.replace(/\/(aggregated|global)\/.*$/, "")}`;
  const name = `${collection}-${index + 1}`;
  const id = String(1000 + index);
  const at = (scope: string) => `${project}/${scope}/${collection}/${name}`;
  if (ZONAL.has(collection)) {
    const scope = `zones/${REGION}-a`;
    return { id, name, zone: `${project}/${scope}`, region: undefined, selfLink: at(scope) };
  }
  if (!path.includes("/aggregated/") || (index === 0 && !REGIONAL.has(collection))) {
    return { id, name, zone: undefined, region: undefined, selfLink: at("global") };
  }
  return { id, name, zone: undefined, region: `${project}/regions/${REGION}`, selfLink: at(`regions/${REGION}`) };
}
