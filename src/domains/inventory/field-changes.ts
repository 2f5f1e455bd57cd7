/** One place at which two states of a resource differ; what is not there is undefined. */
export interface FieldChange {
  /** Such as `configuration.security_groups[0]`. */
  path: string;
  from: unknown;
  to: unknown;
}

/** Every place at which two values differ, the deepest ones. */
export function findChanges(from: unknown, to: unknown, path = ""): FieldChange[] {
  if (Array.isArray(from) && Array.isArray(to)) {
    const places = Array.from({ length: Math.max(from.length, to.length) }, (_, index) => index);
    return places.flatMap((index) => findChanges(from[index], to[index], `${path}[${index}]`));
  }
  if (isRecord(from) && isRecord(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) => findChanges(from[key], to[key], path === "" ? key : `${path}.${key}`));
  }
  return Object.is(from, to) ? [] : [{ path, from, to }];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
