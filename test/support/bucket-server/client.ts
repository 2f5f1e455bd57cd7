import { inject } from "vitest";

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
}

export function openBucket(): Bucket {
  const bucket = `bucket-${crypto.randomUUID()}`;
  const endpoint_url = inject("bucketUrl");
  return {
    config: { bucket, region: "eu-central-1", access_key_id: "AKIA", secret_access_key: "secret", endpoint_url },
    keys: async () => (await fetch(`${endpoint_url}/control/${bucket}`)).json<string[]>(),
  };
}
