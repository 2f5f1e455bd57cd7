import { inject } from "vitest";
import { azure } from "../../../src/connectors/clouds/azure/index.ts";
import type { CloudIo, OpenCloud } from "../../../src/connectors/clouds/cloud.ts";
import { createWorld, type WorldOptions } from "./world.ts";

declare module "vitest" {
  interface ProvidedContext {
    azureUrl: string;
  }
}

/** A world of the Azure server, as a test sees it. */
export interface TestWorld {
  account: string;
  credentials: { tenant_id: string; client_id: string; client_secret: string };
  /** The clock that connectors see, in milliseconds UTC; tests may move it. */
  clock: { now: number };
  io: CloudIo;
  change(options: WorldOptions): Promise<void>;
  /** Method, path and query of every request so far. */
  requests(): Promise<string[]>;
  open(credentials?: Record<string, unknown>): Promise<OpenCloud>;
}

/** Makes a world of its own for a test. */
export async function openWorld(options: WorldOptions = {}): Promise<TestWorld> {
  const id = crypto.randomUUID();
  const url = `${inject("azureUrl")}/worlds/${id}`;
  const control = `${inject("azureUrl")}/control/worlds/${id}`;
  const change = async (changes: WorldOptions) => {
    const response = await fetch(control, { method: "PUT", body: JSON.stringify(changes) });
    await response.body?.cancel();
  };
  await change(options);
  const { subscription: account, tenant_id, client_id, client_secret } = createWorld(options);
  const credentials = { tenant_id, client_id, client_secret };
  const clock = { now: Date.UTC(2024, 0, 15) };
  const endpoints = { AWS_ENDPOINT_URL: "", AZURE_ENDPOINT_URL: url, AZURE_AUTHORITY_URL: url, GCP_ENDPOINT_URL: "" };
  const io: CloudIo = { fetch: (...call: Parameters<typeof fetch>) => fetch(...call), now: () => clock.now, endpoints };
  return {
    account,
    credentials,
    clock,
    io,
    change,
    requests: async () => (await (await fetch(control)).json<{ requests: string[] }>()).requests,
    open: (given = credentials) => azure.open(account, given, io),
  };
}
