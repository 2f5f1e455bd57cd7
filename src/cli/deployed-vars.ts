import { createInterface } from "node:readline/promises";
import { z } from "zod";
import { configSchema } from "../config.ts";
import type { Account } from "./cloudflare.ts";
import { generateKey, type Vars } from "./dev-vars.ts";
import { Failure } from "./failure.ts";
import { assertReadable, configIn } from "./run-vars.ts";

const settingsSchema = z.object({ bindings: z.array(z.object({ name: z.string() })).default([]) });

/** Keys that only the local server sets. */
const LOCAL_ONLY = ["ENVIRONMENT", "SERVER_STARTED_AT"];
/** Changing them after the first admin exists changes nothing, so they are put once. */
const PUT_ONCE = ["ADMIN_EMAIL", "ADMIN_PASSWORD"];

export interface DeployedVars {
  /** Secrets to upload with this deployment. */
  secrets: Vars;
  /** Plain vars to set with this deployment; others stay as they are. */
  vars: Vars;
  /** The admin's password when it was made now. */
  generatedPassword: string | undefined;
}

/**
 * Decides what a deployment sets: every key of `config.ts` in the environment, and what a first deployment cannot do
 * without, generated or asked for. Throws a `Failure` naming what is missing or wrong.
 */
export async function composeDeployedVars(
  account: Account,
  worker: string,
  environment: NodeJS.ProcessEnv,
): Promise<DeployedVars> {
  const present = await readBindingNames(account, worker);
  const given = Object.entries(configIn(environment)).filter(
    ([key]) => !LOCAL_ONLY.includes(key) && !(PUT_ONCE.includes(key) && present.has(key)),
  );
  const secrets: Vars = Object.fromEntries(given.filter(([key]) => isSecret(key)));
  const vars: Vars = Object.fromEntries(given.filter(([key]) => !isSecret(key)));
  const lacks = (key: string) => !present.has(key) && secrets[key] === undefined;

  if (lacks("ADMIN_EMAIL")) secrets.ADMIN_EMAIL = await ask("E-mail address of the first admin", "ADMIN_EMAIL");
  if (lacks("JWT_SECRET_KEY")) secrets.JWT_SECRET_KEY = generateKey("JWT_SECRET_KEY");
  if (lacks("VAULT_KEYS")) secrets.VAULT_KEYS = generateKey("VAULT_KEYS");
  const generatedPassword = lacks("ADMIN_PASSWORD") ? generateKey("ADMIN_PASSWORD") : undefined;
  if (generatedPassword !== undefined) secrets.ADMIN_PASSWORD = generatedPassword;
  if (!present.has("PUBLIC_URL")) vars.PUBLIC_URL ??= await defaultUrl(account, worker);
  assertReadable({ ...vars, ...secrets });
  return { secrets, vars, generatedPassword };
}

async function readBindingNames(account: Account, worker: string): Promise<Set<string>> {
  const found = await account.find(`/workers/scripts/${worker}/settings`);
  return new Set(settingsSchema.parse(found ?? {}).bindings.map(({ name }) => name));
}

async function defaultUrl(account: Account, worker: string): Promise<string> {
  const found = z.object({ subdomain: z.string() }).safeParse(await account.find("/workers/subdomain"));
  if (!found.success) throw new Failure("Set PUBLIC_URL to the address under which people will reach the deployment.");
  return `https://${worker}.${found.data.subdomain}.workers.dev`;
}

/** Whether a key is uploaded as a secret: what config.ts marks so, and the admin's address. */
function isSecret(key: string): boolean {
  const field: z.ZodType | undefined = configSchema.shape[key as keyof typeof configSchema.shape];
  return field?.meta()?.secret === true || PUT_ONCE.includes(key);
}

async function ask(question: string, key: string): Promise<string> {
  if (!process.stdin.isTTY) throw new Failure(`The first deployment needs ${key} in the environment.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`${question}: `)).trim();
  } finally {
    terminal.close();
  }
}
