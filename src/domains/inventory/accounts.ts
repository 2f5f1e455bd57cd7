import type { CloudProvider } from "../../connectors/clouds/artifact.ts";
import { type CloudIo, type OpenCloud } from "../../connectors/clouds/cloud.ts";
import { clouds } from "../../connectors/clouds/clouds.ts";
import type { Config } from "../../config.ts";
import type { Context } from "../../context.ts";
import { notFound } from "../../errors.ts";
import { readSecret } from "../../platform/credentials/secrets.ts";
import { upstreamFetch } from "../../platform/outbound/upstream-fetch.ts";
import { listCloudAccounts } from "./account.store.ts";
import { openRecording } from "./recording.ts";
import type { AccountReference } from "./tables.ts";

/** Accounts of a provider with credentials in the vault, then those of the configuration, else the recording. */
export async function listAccounts(ctx: Context, provider: CloudProvider): Promise<AccountReference[]> {
  const stored = (await listCloudAccounts(ctx.db, provider)).map(({ account }) => account);
  const configured = configuredAccounts(ctx.config)[provider].filter(({ account }) => !stored.includes(account));
  const references = [
    ...stored.map((account) => ({ provider, account, source: "vault" as const })),
    ...configured.map(({ account }) => ({ provider, account, source: "configuration" as const })),
  ];
  if (references.length > 0) return references;
  const recorded = ctx.config.ENVIRONMENT === "local" && ctx.config.RECORDED_PROVIDERS.includes(provider);
  return recorded ? [{ provider, account: "recorded", source: "recording" }] : [];
}

/** Opens an account with its credentials. Throws `notFound` when they are gone, 422 when they cannot be used. */
export async function openAccount(ctx: Context, { provider, account, source }: AccountReference): Promise<OpenCloud> {
  if (source === "recording") return openRecording(ctx, provider);
  return clouds[provider].open(account, await readCredentials(ctx, { provider, account, source }), cloudIo(ctx));
}

/** What connectors to clouds may use: at most six connections at once, which is what the platform allows. */
export function cloudIo(ctx: Context): CloudIo {
  return { fetch: limitConnections(upstreamFetch(ctx, { whole: true })), now: ctx.now, endpoints: ctx.config };
}

/** Identity of an account's secret in the vault. */
export const secretOf = (provider: CloudProvider, account: string) => ({
  owner: "inventory",
  purpose: "cloud-credentials",
  id: `cloud:${provider}:${account}`,
});

async function readCredentials(
  ctx: Context,
  { provider, account, source }: AccountReference,
): Promise<Record<string, unknown>> {
  if (source === "vault") return JSON.parse(await readSecret(ctx, secretOf(provider, account)));
  const found = configuredAccounts(ctx.config)[provider].find((entry) => entry.account === account);
  if (!found) throw notFound(`No credentials for ${provider} ${account}`);
  return found.credentials;
}

interface ConfiguredAccount {
  account: string;
  credentials: Record<string, unknown>;
}

function configuredAccounts(config: Config): Record<CloudProvider, ConfiguredAccount[]> {
  return { aws: awsAccounts(config), azure: azureAccounts(config), gcp: gcpAccounts(config) };
}

function awsAccounts(config: Config): ConfiguredAccount[] {
  if (config.AWS_ACCESS_KEY_ID === "") return [];
  const key = {
    access_key_id: config.AWS_ACCESS_KEY_ID,
    secret_access_key: config.AWS_SECRET_ACCESS_KEY,
    ...(config.AWS_SESSION_TOKEN ? { session_token: config.AWS_SESSION_TOKEN } : {}),
  };
  const external = config.AWS_EXTERNAL_ID ? { external_id: config.AWS_EXTERNAL_ID } : {};
  const roles = config.AWS_ROLE_ARNS.map((role_arn) => ({
    account: role_arn.split(":")[4] ?? role_arn,
    credentials: { ...key, role_arn, ...external },
  }));
  return [{ account: "default", credentials: key }, ...roles];
}

function azureAccounts(config: Config): ConfiguredAccount[] {
  if (config.AZURE_CLIENT_ID === "") return [];
  const credentials = {
    tenant_id: config.AZURE_TENANT_ID,
    client_id: config.AZURE_CLIENT_ID,
    client_secret: config.AZURE_CLIENT_SECRET,
  };
  return config.AZURE_SUBSCRIPTION_IDS.map((account) => ({ account, credentials }));
}

function gcpAccounts(config: Config): ConfiguredAccount[] {
  if (config.GCP_SERVICE_ACCOUNT === "") return [];
  const credentials = { service_account: config.GCP_SERVICE_ACCOUNT };
  const projects = config.GCP_PROJECT_IDS.length > 0 ? config.GCP_PROJECT_IDS : ["default"];
  return projects.map((account) => ({ account, credentials }));
}

const MOST_CONNECTIONS = 6;

/** Lets as many calls through at once as the platform has connections, which are held until a body is read. */
function limitConnections(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  const waiting: (() => void)[] = [];
  let free = MOST_CONNECTIONS;
  return async (input, init) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await fetch(input, init);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
