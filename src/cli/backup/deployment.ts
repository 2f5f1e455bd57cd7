import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readWranglerConfig, type WranglerConfig } from "../cloud-resources.ts";
import type { Account } from "../cloudflare.ts";
import { Failure } from "../failure.ts";
import { quietEnv } from "../wrangler.ts";

export interface Deployment {
  databases: { binding: string; name: string; db: D1Database }[];
  lake: R2Bucket;
  bucket: string;
  close(): Promise<void>;
}

/** Opens the databases and the lake that lie in a folder of this machine; nobody else may have them open. */
export function openLocalDeployment(state: string): Promise<Deployment> {
  const { d1_databases, r2_buckets } = readWranglerConfig();
  return open({ d1_databases, r2_buckets }, { persist: { path: join(state, "v3") }, remoteBindings: false });
}

/**
 * Opens those of an account by remote bindings
 * (https://developers.cloudflare.com/workers/development-testing/#remote-bindings). Throws a `Failure` when one of the
 * databases is not there.
 */
export async function openRemoteDeployment(account: Account): Promise<Deployment> {
  const { d1_databases, r2_buckets } = readWranglerConfig();
  const databases: object[] = [];
  for (const database of d1_databases) {
    const database_id = await findDatabaseId(account, database.database_name);
    if (database_id === undefined) throw new Failure(`The account has no database ${database.database_name}.`);
    databases.push({ ...database, database_id, remote: true });
  }
  const buckets = r2_buckets.map((bucket) => ({ ...bucket, remote: true }));
  const parts = { account_id: account.id, d1_databases: databases, r2_buckets: buckets };
  return open(parts, { persist: false, remoteBindings: true });
}

/** Id of the account's database of this name. */
export async function findDatabaseId(account: Account, name: string): Promise<string | undefined> {
  const found = await account.find(`/d1/database?name=${encodeURIComponent(name)}&per_page=100`);
  const databases = z.array(z.object({ uuid: z.string(), name: z.string() })).parse(found ?? []);
  return databases.find((database) => database.name === name)?.uuid;
}

interface ProxyOptions {
  persist: false | { path: string };
  remoteBindings: boolean;
}

/** Only the parts that hold facts are bound: the project's own file would start its Durable Objects and its assets, too. */
async function open(parts: object, options: ProxyOptions): Promise<Deployment> {
  const config: WranglerConfig = readWranglerConfig();
  const folder = mkdtempSync(join(tmpdir(), "catchment-bindings-"));
  const configPath = join(folder, "wrangler.json");
  writeFileSync(configPath, JSON.stringify({ name: config.name, compatibility_date: "2026-11-01", ...parts }));
  // Read by wrangler when it is loaded.
  Object.assign(process.env, quietEnv);
  const { getPlatformProxy } = await import("wrangler");
  try {
    const proxy = await getPlatformProxy<Record<string, unknown>>({ configPath, envFiles: [], ...options });
    return {
      databases: config.d1_databases.map(({ binding, database_name }) => ({
        binding,
        name: database_name,
        db: proxy.env[binding] as D1Database, // What the binding of this kind is.
      })),
      lake: proxy.env[config.r2_buckets[0]?.binding ?? ""] as R2Bucket, // As above.
      bucket: config.r2_buckets[0]?.bucket_name ?? "",
      close: async () => {
        await proxy.dispose();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
