import { inject } from "vitest";
import type { CloudIo, OpenCloud } from "../../../src/connectors/clouds/cloud.ts";
import { gcp } from "../../../src/connectors/clouds/gcp/index.ts";
import type { WorldOptions } from "./world.ts";

declare module "vitest" {
  interface ProvidedContext {
    gcpUrl: string;
    gcpServiceAccount: Record<string, string>;
  }
}

/** A Google of its own, as a test sees it. */
export interface GcpWorld {
  /** What `GCP_ENDPOINT_URL` is set to. */
  url: string;
  io: CloudIo;
  /** The key file of a service account that the world knows. */
  serviceAccount: Record<string, string>;
  open(account?: string): Promise<OpenCloud>;
  change(options: WorldOptions): Promise<void>;
  /** Methods that were called, with path and query, and what no discovery document knows. */
  log(): Promise<{ requests: { method: string; path: string }[]; unknown: string[] }>;
}

/** Makes a world for a test. */
export async function openGcpWorld(options: WorldOptions = {}): Promise<GcpWorld> {
  const server = inject("gcpUrl");
  const serviceAccount = inject("gcpServiceAccount");
  const id = crypto.randomUUID();
  const control = `${server}/control/worlds/${id}`;
  const change = async (changes: WorldOptions) => {
    const response = await fetch(control, { method: "PUT", body: JSON.stringify(changes) });
    await response.body?.cancel();
  };
  await change(options);
  const url = `${server}/worlds/${id}`;
  const io: CloudIo = {
    fetch: (...call: Parameters<typeof fetch>) => fetch(...call),
    now: () => Date.now(),
    endpoints: { AWS_ENDPOINT_URL: "", AZURE_ENDPOINT_URL: "", AZURE_AUTHORITY_URL: "", GCP_ENDPOINT_URL: url },
  };
  return {
    url,
    io,
    serviceAccount,
    open: (account = "test-project") => gcp.open(account, { service_account: serviceAccount }, io),
    change,
    log: async () => (await fetch(control)).json(),
  };
}
