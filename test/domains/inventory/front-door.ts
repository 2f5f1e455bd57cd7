import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Config } from "../../../src/config.ts";
import worker from "../../../src/index.ts";
import type { JobRow } from "../../../src/platform/jobs/define.ts";
import { type JobWorld, openJobWorld } from "../../support/job-world.ts";
import { openGcpWorld } from "../../support/gcp-server/client.ts";
import type { WorldOptions as GcpOptions } from "../../support/gcp-server/world.ts";
import type { WorldOptions as AzureOptions } from "../../support/azure-server/world.ts";
import { extractions, openAzure } from "./extractions.ts";

interface Call {
  method?: string;
  headers?: Record<string, string>;
  json?: unknown;
  /** The body as it is, in the place of `json`. */
  body?: string;
}

/** The inventory behind its front door, open to anybody unless the settings say otherwise. */
export interface Inventory {
  world: JobWorld;
  ask(path: string, call?: Call): Promise<Response>;
  /** The body of a 200. */
  read<Body = Record<string, unknown>>(path: string, call?: Call): Promise<Body>;
  /** The text of a 200 of another type than JSON. */
  download(path: string, accept: string): Promise<{ text: string; headers: Headers }>;
  /** Status and body. */
  answer(path: string, call?: Call): Promise<{ status: number; body: unknown }>;
  /** Triggers an extraction and works on it until it has ended. */
  extract(request?: object): Promise<JobRow>;
}

export function openInventory(settings: Partial<Config> = {}): Inventory {
  const world = openJobWorld(extractions, settings);
  const EXTRACTION = {
    send: async ({ job_id }: { job_id: string }) => world.ctx.queues.send("extraction", { job_id }),
  };
  const vars = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]));
  const bindings = { ...env, ANONYMOUS_ACCESS: "inventory", ...vars, EXTRACTION: EXTRACTION as unknown as Queue };

  const ask = async (path: string, { method, headers = {}, json, body }: Call = {}) => {
    const execution = createExecutionContext();
    const content = json === undefined ? body : JSON.stringify(json);
    const request = new Request<unknown, IncomingRequestCfProperties>(`http://localhost${path}`, {
      method: method ?? (content === undefined ? "GET" : "POST"),
      headers: { ...(content === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      ...(content === undefined ? {} : { body: content }),
    });
    const response = await worker.fetch(request, bindings, execution);
    const answer = new Response(await response.arrayBuffer(), response);
    await waitOnExecutionContext(execution);
    return answer;
  };

  return {
    world,
    ask,
    async read(path, call) {
      const response = await ask(path, call);
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return response.json();
    },
    async download(path, accept) {
      const response = await ask(path, { headers: { Accept: accept } });
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
      return { text: new TextDecoder().decode(await response.arrayBuffer()), headers: response.headers };
    },
    async answer(path, call) {
      const response = await ask(path, call);
      return { status: response.status, body: await response.json() };
    },
    async extract(request = {}) {
      const response = await ask("/extraction/trigger", { json: request });
      const { job_id } = await response.json<{ job_id: string }>();
      return (await world.work(job_id)).job;
    },
  };
}

/** An inventory whose only cloud is an Azure of its own. */
export async function openAzureInventory(options: AzureOptions = {}, settings: Partial<Config> = {}) {
  const { azure, settings: ofAzure } = await openAzure(options);
  return { azure, inventory: openInventory({ ...ofAzure, ...settings }) };
}

/** An inventory whose only cloud is a Google of its own. */
export async function openGcpInventory(options: GcpOptions = {}, settings: Partial<Config> = {}) {
  const gcp = await openGcpWorld(options);
  const inventory = openInventory({
    ENABLED_PROVIDERS: ["gcp"],
    GCP_SERVICE_ACCOUNT: JSON.stringify(gcp.serviceAccount),
    GCP_PROJECT_IDS: ["test-project"],
    GCP_ENDPOINT_URL: gcp.url,
    ...settings,
  });
  return { gcp, inventory };
}

/** A vault of an Azure subscription. They are listed by one call each page, so that tests say all there is of them. */
export const vaultOf = (name: string, { location = "westeurope", tags = {}, properties = {} } = {}) => ({
  id: `/subscriptions/6f1c1f4e-9a0f-4a3e-8d7e-2b9f5a1c3d4e/resourceGroups/rg1/providers/Microsoft.KeyVault/vaults/${name}`,
  name,
  type: "Microsoft.KeyVault/vaults",
  location,
  tags,
  properties: { vaultUri: `https://${name}.vault.azure.net`, ...properties },
});

/** Options of an Azure that has these vaults. */
export const withVaults = (...vaults: ReturnType<typeof vaultOf>[]): AzureOptions => ({
  page_size: 1000,
  answers: { "/providers/Microsoft.KeyVault/vaults": { value: vaults } },
});

export const VAULTS = { provider: "azure", services: ["keyvault"] };

/** The body of an error, with any time. */
export { errorBody } from "../../platform/auth/client.ts";
