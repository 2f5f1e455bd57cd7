const MASK = "****";
const SECRET_NAMES = /password|api_key|secret|token|credentials|private_key/i;

/** Masks what a config may hold of secrets; keys that end in `_env` only name them and stay. */
export function maskSecrets(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((entry) => maskSecrets(entry, key));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, maskSecrets(entry, name)]));
  }
  const isSecret = SECRET_NAMES.test(key) && !key.endsWith("_env");
  return isSecret && value !== null && value !== undefined && value !== "" ? MASK : value;
}

/** A config that was read masked, changed and given back: what is still masked stays as it is stored. */
export function keepMasked(given: unknown, stored: unknown): unknown {
  if (given === MASK) return stored ?? given;
  if (Array.isArray(given)) return given.map((entry, index) => keepMasked(entry, partOf(stored, String(index))));
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, entry]) => [name, keepMasked(entry, partOf(stored, name))]),
  );
}

const partOf = (stored: unknown, name: string): unknown =>
  Object.hasOwn(Object(stored), name) ? Object(stored)[name] : undefined;
