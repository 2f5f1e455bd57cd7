/** An object as a cloud's API answers it, not yet looked into. */
export type Item = Record<string, unknown>;

export const isItem = (value: unknown): value is Item =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value itself if it is an object, else an empty one, so that a chain of reads never throws. */
export const asItem = (value: unknown): Item => (isItem(value) ? value : {});

/** The objects of a list; a missing list is an empty one. */
export const items = (value: unknown): Item[] => (Array.isArray(value) ? value.filter(isItem) : []);

/** The texts of a list; a missing list is an empty one. */
export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];

/** A text, or null for anything else, the empty text included. */
export const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** Follows a path such as `State.Name`; undefined as soon as a part is missing. */
export function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split(".")) {
    if (!isItem(current)) return undefined;
    current = current[key];
  }
  return current;
}

/** `lastModifiedTime`, `DBInstanceArn` and `IsIPV6Enabled` in snake case. */
export const snakeCase = (name: string): string =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();

/** Tags listed as `{ Key, Value }`, in whichever case, as an object. */
export function tagsFrom(value: unknown): Record<string, string> {
  const pairs = items(value).map((tag) => [
    String(tag["Key"] ?? tag["key"] ?? tag["TagKey"]),
    String(tag["Value"] ?? tag["value"] ?? tag["TagValue"] ?? ""),
  ]);
  return Object.fromEntries(pairs);
}

/** Tags that are an object already. */
export const labelsFrom = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(asItem(value)).map(([key, entry]) => [key, String(entry)]));
