/** A JSON sample of a document, word for word, and how strictly the live answer is held to it. */
export interface Sample {
  /** Body to send. */
  body?: unknown;
  response?: unknown;
  /** Places such as `datasets.0.id` whose value must be the sample's; the empty one is the whole answer. */
  fixed?: string[];
  /** Keys that we answer beyond the document's. */
  adds?: string[];
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z?)$/;

/**
 * Every difference between a live answer and a sample: keys that are missing or are not declared, other JSON types,
 * times in another form, other fixed values. Each element of a live array is held to the sample's first one.
 */
export function findDifferences(live: unknown, { response, fixed = [], adds = [] }: Sample): string[] {
  const wrongValues = fixed
    .map((place) => ({ place, expected: valueAt(response, place), found: valueAt(live, place) }))
    .filter(({ expected, found }) => JSON.stringify(sortKeys(expected)) !== JSON.stringify(sortKeys(found)))
    .map(({ place, expected, found }) => `${place}: ${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
  return [...compareShapes(live, response, "", adds), ...wrongValues];
}

function compareShapes(live: unknown, sample: unknown, place: string, adds: readonly string[]): string[] {
  const [found, expected] = [typeOf(live), typeOf(sample)];
  if (found !== expected) return [`${place} is ${found}, not ${expected}`];
  if (Array.isArray(live) && Array.isArray(sample)) {
    if (live.length === 0 && sample.length > 0) return [`${place} is empty`];
    return live.flatMap((element, index) => compareShapes(element, sample[0], `${place}.${index}`, adds));
  }
  if (isRecord(live) && isRecord(sample)) {
    const missing = Object.keys(sample).filter((key) => !(key in live));
    const extra = Object.keys(live).filter((key) => !(key in sample) && !adds.includes(key));
    const shared = Object.keys(sample).filter((key) => key in live);
    return [
      ...missing.map((key) => `${place}.${key} is missing`),
      ...extra.map((key) => `${place}.${key} is not in the document`),
      ...shared.flatMap((key) => compareShapes(live[key], sample[key], `${place}.${key}`, adds)),
    ];
  }
  const form = typeof sample === "string" ? TIME.exec(sample)?.[1] : undefined;
  if (form === undefined || TIME.exec(String(live))?.[1] === form) return [];
  return [`${place}: ${String(live)} is no time like ${String(sample)}`];
}

/** The keys of a path are parted by points, whatever a record's keys have in them. */
function valueAt(value: unknown, place: string): unknown {
  if (place === "") return value;
  if (!isRecord(value) && !Array.isArray(value)) return undefined;
  const key = Object.keys(value).find((name) => place === name || place.startsWith(`${name}.`));
  return key === undefined ? undefined : valueAt(Object(value)[key], place.slice(key.length + 1));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, entry]) => [key, sortKeys(entry)]));
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === "object";
}
