import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";

export type Vars = Record<string, string>;

/** The admin's login and the vault's key outlive a run in what is stored, so a value given at first start is kept. */
const KEPT_FROM_ENVIRONMENT = ["ADMIN_EMAIL", "ADMIN_PASSWORD", "VAULT_KEYS"];

const generators = {
  JWT_SECRET_KEY: () => randomBytes(48).toString("base64url"),
  VAULT_KEYS: () => `1:${randomBytes(32).toString("base64")}`,
  ADMIN_PASSWORD: () => randomBytes(15).toString("base64url"),
};

const localDefaults: Record<string, () => string> = {
  JWT_SECRET_KEY: generators.JWT_SECRET_KEY,
  VAULT_KEYS: generators.VAULT_KEYS,
  ADMIN_EMAIL: () => "admin@catchment.local",
  ADMIN_PASSWORD: generators.ADMIN_PASSWORD,
  ANONYMOUS_ACCESS: () => "market-data,warehouse",
  ALLOW_PICKLE_PREVIEW: () => "true",
  DEFAULT_BANK: () => "demo-bank",
  // Where `npm run demo:instrument` listens.
  ALLOW_PRIVATE_HOSTS: () => "127.0.0.1:8200",
  REGISTRATION: () => "open",
  CORS_ORIGINS: () => "*",
  ENVIRONMENT: () => "local",
  RECORDED_PROVIDERS: () => "aws,azure,gcp",
};

/** A fresh random value for a key that holds a secret. */
export function generateKey(key: keyof typeof generators): string {
  return generators[key]();
}

/** Reads a file of `KEY=value` lines; empty when there is none. */
export function readVars(path: string): Vars {
  if (!existsSync(path)) return {};
  return parseEnv(readFileSync(path, "utf8")) as Vars;
}

/** What a start needs and the file lacks: kept from the environment where stored data depend on it, else generated. */
export function missingVars(present: Vars, environment: NodeJS.ProcessEnv): Vars {
  const missing = Object.keys(localDefaults).filter((key) => present[key] === undefined);
  return Object.fromEntries(missing.map((key) => [key, keptValue(key, environment) ?? localDefaults[key]?.() ?? ""]));
}

/** Appends keys to the file, which only its owner may read; nothing that stands in it changes. */
export function appendVars(path: string, added: Vars): void {
  if (Object.keys(added).length === 0) return;
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const separator = before === "" || before.endsWith("\n") ? "" : "\n";
  const lines = Object.entries(added).map(([key, value]) => `${key}=${quote(value)}\n`);
  writeFileSync(path, `${before}${separator}${lines.join("")}`, { mode: 0o600 });
}

/**
 * Writes the values of one run for wrangler's `--env-file`: unlike `--var`, they do not show in the list of processes.
 * Wrangler expands `$NAME` in such a file, hence the backslash.
 */
export function writeRunVars(path: string, vars: Vars): void {
  const lines = Object.entries(vars).map(([key, value]) => `${key}=${quote(value.replaceAll("$", "\\$"))}\n`);
  writeFileSync(path, lines.join(""), { mode: 0o600 });
}

function keptValue(key: string, environment: NodeJS.ProcessEnv): string | undefined {
  return KEPT_FROM_ENVIRONMENT.includes(key) ? environment[key] : undefined;
}

function quote(value: string): string {
  if (/^[\w:=+/,.@*-]*$/.test(value)) return value;
  const mark = ["'", "`", '"'].find((candidate) => !value.includes(candidate));
  if (mark === undefined) throw new Error("A value may not hold all three kinds of quotation marks");
  return `${mark}${value}${mark}`;
}
