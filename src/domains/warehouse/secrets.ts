import { isPlatformKey } from "../../config.ts";
import type { Context } from "../../context.ts";
import { AppError, unprocessable } from "../../errors.ts";
import { deleteSecret, putSecret, readSecret } from "../../platform/credentials/secrets.ts";

const NAME = /^[A-Za-z_]\w{0,127}$/;

const identityOf = (name: string) => ({ owner: "warehouse", purpose: "source-secret", id: `warehouse:${name}` });

/** Throws 422 for what is no name, and for keys of the platform's own configuration. */
export function requireSecretName(name: string, field: string): void {
  if (!NAME.test(name)) throw unprocessable([{ field, message: "must be a name of letters, digits and underscores" }]);
  if (isPlatformKey(name)) throw unprocessable([{ field, message: `${name} is a key of the platform itself` }]);
}

/** Seals a secret that configs may then name. */
export async function storeSecret(ctx: Context, name: string, value: string): Promise<void> {
  requireSecretName(name, "name");
  await putSecret(ctx, identityOf(name), value);
}

/** Says whether there was one. */
export async function removeSecret(ctx: Context, name: string): Promise<boolean> {
  requireSecretName(name, "name");
  return deleteSecret(ctx, identityOf(name));
}

/** The value behind a name, from the vault or else from the Worker's own variables; throws 422 without one. */
export async function resolveSecret(ctx: Context, name: string): Promise<string> {
  requireSecretName(name, "config");
  const value = await findSecret(ctx, name);
  if (value === undefined || value === "") {
    throw unprocessable([{ field: "config", message: `the secret ${name} is not set` }]);
  }
  return value;
}

/** The same, undefined without one. The name must have passed `requireSecretName`. */
export async function findSecret(ctx: Context, name: string): Promise<string | undefined> {
  return (await readStored(ctx, name)) ?? ctx.variable(name);
}

/** Whether a name leads to a secret. */
export async function isSecretSet(ctx: Context, name: string): Promise<boolean> {
  requireSecretName(name, "config");
  return Boolean(await findSecret(ctx, name));
}

async function readStored(ctx: Context, name: string): Promise<string | undefined> {
  try {
    return await readSecret(ctx, identityOf(name));
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return undefined;
    throw error;
  }
}
