import { z } from "zod";
import { Failure } from "./failure.ts";
import { runWrangler } from "./wrangler.ts";

const DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4";

const credentialSchema = z.union([
  z.object({ type: z.enum(["api_token", "oauth"]), token: z.string() }),
  z.object({ type: z.literal("api_key"), key: z.string(), email: z.string() }),
]);

const answerSchema = z.object({
  success: z.boolean(),
  result: z.unknown(),
  errors: z.array(z.object({ message: z.string() })).default([]),
});

/** One Cloudflare account, seen through its API; paths are relative to the account. */
export interface Account {
  id: string;
  /** The result, or undefined when there is no such thing. */
  find(path: string): Promise<unknown>;
  create(path: string, body: object): Promise<void>;
  /** The result of a POST that asks. */
  post(path: string, body: object): Promise<unknown>;
  /** Deletes what there is; nothing there is no error. */
  remove(path: string, body?: object): Promise<void>;
}

/** Opens the account that wrangler is logged in to; throws a `Failure` that says what to set when it is not clear. */
export async function openAccount(environment: NodeJS.ProcessEnv): Promise<Account> {
  const baseUrl = environment.CLOUDFLARE_API_BASE_URL ?? DEFAULT_BASE_URL;
  const headers = await readCredential();
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(baseUrl + path, {
      ...init,
      headers: { ...headers, "Content-Type": "application/json" },
    });
    if (response.status === 404) return undefined;
    const answer = answerSchema.parse(await response.json());
    if (answer.success) return answer.result;
    const reasons = answer.errors.map((error) => error.message).join("; ");
    throw new Failure(`Cloudflare refused ${init.method ?? "GET"} ${path} with ${response.status}: ${reasons}`);
  };
  const post = (path: string, body: object) =>
    call(`/accounts/${id}${path}`, { method: "POST", body: JSON.stringify(body) });
  const id = environment.CLOUDFLARE_ACCOUNT_ID ?? (await findOnlyAccount(call));
  return {
    id,
    find: (path) => call(`/accounts/${id}${path}`),
    create: async (path, body) => {
      await post(path, body);
    },
    post,
    remove: async (path, body) => {
      const init = body && { body: JSON.stringify(body) };
      await call(`/accounts/${id}${path}`, { method: "DELETE", ...init });
    },
  };
}

async function readCredential(): Promise<Record<string, string>> {
  const printed = await runWrangler(["auth", "token", "--json"]).catch((error: unknown) => {
    throw new Failure("You are not logged in to Cloudflare: run npx wrangler login, or set CLOUDFLARE_API_TOKEN.", {
      cause: error,
    });
  });
  const credential = credentialSchema.parse(JSON.parse(printed));
  if (credential.type === "api_key") return { "X-Auth-Key": credential.key, "X-Auth-Email": credential.email };
  return { Authorization: `Bearer ${credential.token}` };
}

async function findOnlyAccount(call: (path: string) => Promise<unknown>): Promise<string> {
  const accounts = z.array(z.object({ id: z.string(), name: z.string() })).parse((await call("/accounts")) ?? []);
  const [only] = accounts;
  if (only && accounts.length === 1) return only.id;
  const names = accounts.map((account) => `${account.name} (${account.id})`).join(", ");
  throw new Failure(`Set CLOUDFLARE_ACCOUNT_ID to one of your accounts: ${names || "none was found"}.`);
}
