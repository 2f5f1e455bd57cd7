const SECRET_NAMES = /password|api_key|secret|token|credentials|private_key/i;

/** Masks what a config may hold of secrets; keys that end in `_env` only name them and stay. */
export function maskSecrets(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((entry) => maskSecrets(entry, key));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, maskSecrets(entry, name)]));
  }
  const isSecret = SECRET_NAMES.test(key) && !key.endsWith("_env");
  return isSecret && value !== null && value !== undefined && value !== "" ? "****" : value;
}
