import type { CloudProvider } from "../../connectors/clouds/artifact.ts";
import { clouds } from "../../connectors/clouds/clouds.ts";
import type { Context } from "../../context.ts";
import { notFound, unprocessable } from "../../errors.ts";
import { principalId } from "../../platform/auth/principal.ts";
import { deleteSecret, putSecret, readSecret } from "../../platform/credentials/secrets.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import {
  type CloudAccountRow,
  findCloudAccount,
  listCloudAccounts,
  removeCloudAccount,
  upsertCloudAccount,
} from "./account.store.ts";
import { cloudIo, secretOf } from "./accounts.ts";

/** What stands for a stored secret in answers; sent back, it keeps the secret that is stored. */
export const MASK = "****";

interface AccountAddress {
  provider: CloudProvider;
  account: string;
}

/** The accounts whose credentials are stored, with what of them is no secret. */
export async function listCredentials(ctx: Context) {
  return (await listCloudAccounts(ctx.db)).map(renderCredentials);
}

/** Throws 404 for an account without stored credentials. */
export async function getCredentials(ctx: Context, address: AccountAddress) {
  return renderCredentials(await requireAccount(ctx, address));
}

/**
 * Seals the credentials of an account, replacing those it had. Throws 422 for an account that the cloud cannot have and
 * for credentials that cannot be used; the values are never in the error.
 */
export async function storeCredentials(ctx: Context, address: AccountAddress, given: Record<string, unknown>) {
  const { provider, account } = address;
  const cloud = clouds[provider];
  if (!cloud.isAccount(account)) {
    throw unprocessable([{ field: "account", message: `is not an account of ${provider}` }]);
  }
  const parsed = cloud.credentials.safeParse(await keepMasked(ctx, address, given));
  if (!parsed.success) {
    throw unprocessable(parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message })));
  }
  // Says what the shape alone does not, such as a key that cannot be read; asks the cloud nothing.
  await cloud.open(account, parsed.data, cloudIo(ctx));
  const shown = Object.fromEntries(
    Object.entries(parsed.data).map(([key, value]) => [key, cloud.shown.includes(key) ? value : MASK]),
  );
  const now = ctx.now();
  await putSecret(ctx, secretOf(provider, account), JSON.stringify(parsed.data));
  const times = { created_by: principalId(ctx.principal), created_at: now, updated_at: now };
  const [row] = await upsertCloudAccount(ctx.db, { provider, account, shown, ...times });
  return renderCredentials(row ?? { provider, account, shown, ...times });
}

/** Removes the credentials of an account; what was extracted with them stays. Throws 404 without any. */
export async function removeCredentials(ctx: Context, address: AccountAddress): Promise<void> {
  await requireAccount(ctx, address);
  await deleteSecret(ctx, secretOf(address.provider, address.account));
  await removeCloudAccount(ctx.db, address.provider, address.account);
}

async function requireAccount(ctx: Context, { provider, account }: AccountAddress): Promise<CloudAccountRow> {
  const row = await findCloudAccount(ctx.db, provider, account);
  if (!row) throw notFound(`No credentials for ${provider} ${account}`);
  return row;
}

/** Puts the stored secret in the place of every mask. */
async function keepMasked(ctx: Context, { provider, account }: AccountAddress, given: Record<string, unknown>) {
  if (!Object.values(given).includes(MASK)) return given;
  const known = await findCloudAccount(ctx.db, provider, account);
  if (!known) throw unprocessable([{ field: "credentials", message: "there is no stored secret to keep" }]);
  const stored: Record<string, unknown> = JSON.parse(await readSecret(ctx, secretOf(provider, account)));
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value === MASK ? stored[key] : value]));
}

const renderCredentials = ({ provider, account, shown, created_at, updated_at }: CloudAccountRow) => ({
  provider,
  account,
  credentials: shown,
  created_at: isoTime(created_at) ?? "",
  updated_at: isoTime(updated_at) ?? "",
});
