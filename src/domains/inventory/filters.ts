import type { Found, ServiceDescription } from "../../connectors/clouds/service.ts";
import { unprocessable } from "../../errors.ts";

/** Values wanted, by key; one value or several of which one must match. */
export type Filters = Record<string, FilterValue | FilterValue[]>;
export type FilterValue = string | number | boolean;

const LABEL = "labels.";

/** Throws 422 for keys that no selected type of resource has, naming those that there are. */
export function requireFilters(filters: Filters, services: readonly ServiceDescription[]): void {
  const known = new Set(
    services.flatMap(({ resource_types }) =>
      resource_types.flatMap(({ fields, aliases }) => [...fields, ...Object.keys(aliases)]),
    ),
  );
  const errors = Object.keys(filters)
    .filter((key) => !isUniversal(key) && !known.has(key))
    .map((key) => ({ field: `filters.${key}`, message: unknownKey(known) }));
  if (errors.length > 0) throw unprocessable(errors);
}

const unknownKey = (known: ReadonlySet<string>) =>
  `no selected resource type has this key; there are region, resource_type, labels.<key>, ${[...known].sort().join(", ")}`;

const isUniversal = (key: string) =>
  key === "region" || key === "resource_type" || (key.startsWith(LABEL) && key.length > LABEL.length);

/**
 * The values wanted of each configuration key of a type, aliases resolved; keys that the type does not have narrow
 * others.
 */
export function filtersOfType(filters: Filters, service: ServiceDescription, type: string): Record<string, string[]> {
  const described = service.resource_types.find((candidate) => candidate.type === type);
  if (!described) return {};
  return Object.fromEntries(
    Object.entries(filters).flatMap(([key, value]) => {
      const field = described.aliases[key] ?? key;
      return described.fields.includes(field) ? [[field, valuesOf(value)] as const] : [];
    }),
  );
}

/** Every configuration key that some type of the service has, for calls that can ask for less. */
export function filtersOfService(filters: Filters, service: ServiceDescription): Record<string, string[]> {
  return Object.assign({}, ...service.resource_types.map(({ type }) => filtersOfType(filters, service, type)));
}

/** Whether a resource is wanted: every filter whose key its type has must match. */
export function isWanted(found: Found, filters: Filters, service: ServiceDescription): boolean {
  const type = found.resource_type.split(":").at(-1) ?? "";
  for (const [key, value] of Object.entries(filters)) {
    const wanted = valuesOf(value);
    if (key === "region" && !wanted.includes(found.region)) return false;
    if (key === "resource_type" && !wanted.some((name) => isType(found.resource_type, name))) return false;
    if (key.startsWith(LABEL) && !wanted.includes(found.labels[key.slice(LABEL.length)] ?? "")) return false;
  }
  return Object.entries(filtersOfType(filters, service, type)).every(([field, wanted]) =>
    matches(found.configuration[field], wanted),
  );
}

const valuesOf = (value: FilterValue | FilterValue[]): string[] => [value].flat().map(String);

/** `instance`, `ec2:instance` and `aws:ec2:instance` are the same type. */
const isType = (resource_type: string, name: string) => resource_type === name || resource_type.endsWith(`:${name}`);

/** A list matches when one of its entries does. */
function matches(value: unknown, wanted: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((entry) => matches(entry, wanted));
  if (typeof value === "object" && value !== null) return wanted.includes(JSON.stringify(value));
  return wanted.includes(String(value));
}
