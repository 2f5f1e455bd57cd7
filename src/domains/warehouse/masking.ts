import { MASK } from "../../platform/audit/audit.ts";

/** What tells the entries of a list apart. */
const ENTRY_NAMES = ["path", "name"];
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
  if (Array.isArray(given)) return given.map((entry, index) => keepMasked(entry, partnerOf(entry, index, stored)));
  if (typeof given !== "object" || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, entry]) => [name, keepMasked(entry, partOf(stored, name))]),
  );
}

/** What is stored of an entry of a list: entries have names of their own, so that they may move or go. */
function partnerOf(entry: unknown, index: number, stored: unknown): unknown {
  const key = ENTRY_NAMES.find((name) => partOf(entry, name) !== undefined);
  if (key === undefined || !Array.isArray(stored)) return partOf(stored, String(index));
  return stored.find((other) => partOf(other, key) === partOf(entry, key));
}

const partOf = (stored: unknown, name: string): unknown =>
  Object.hasOwn(Object(stored), name) ? Object(stored)[name] : undefined;
