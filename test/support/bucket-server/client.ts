import { inject } from "vitest";
import type { BucketFault } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    bucketUrl: string;
  }
}

/** A bucket of its own, as a test sees it. */
export interface Bucket {
  /** What `connection_config` of a storage location is set to. */
  config: Record<"bucket" | "region" | "access_key_id" | "secret_access_key" | "endpoint_url", string>;
  /** In order. */
  keys(): Promise<string[]>;
  put(key: string, text: string): Promise<void>;
  /** Replaces the faults that it has. */
  setFaults(faults: BucketFault[]): Promise<void>;
  /** Resolves once a request is held, which `release` lets go on. */
  held(): Promise<void>;
  release(): Promise<void>;
}

export function openBucket(): Bucket {
  const bucket = `bucket-${crypto.randomUUID()}`;
  const endpoint_url = inject("bucketUrl");
  const control = `${endpoint_url}/control/${bucket}`;
  const send = async (url: string, init?: RequestInit) => {
    const response = await fetch(url, init);
    await response.body?.cancel();
  };
  return {
    config: { bucket, region: "eu-central-1", access_key_id: "AKIA", secret_access_key: "secret", endpoint_url },
    keys: async () => (await fetch(control)).json<string[]>(),
    put: (key, text) => send(`${endpoint_url}/${bucket}/${key}`, { method: "PUT", body: text }),
    setFaults: (faults) => send(control, { method: "PUT", body: JSON.stringify(faults) }),
    held: () => send(`${control}/held`),
    release: () => send(`${control}/held`, { method: "POST" }),
  };
}
