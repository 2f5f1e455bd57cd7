import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import { root } from "./child.ts";
import type { Account } from "./cloudflare.ts";

const wranglerSchema = z.object({
  name: z.string(),
  d1_databases: z.array(z.object({ binding: z.string(), database_name: z.string(), migrations_dir: z.string() })),
  r2_buckets: z.array(z.object({ binding: z.string(), bucket_name: z.string() })),
  queues: z.object({
    producers: z.array(z.object({ queue: z.string() })),
    consumers: z.array(z.object({ queue: z.string() })),
  }),
});

export type WranglerConfig = z.infer<typeof wranglerSchema>;

interface Resource {
  kind: string;
  name: string;
  exists(account: Account): Promise<boolean>;
  create(account: Account): Promise<void>;
}

/** The parts of `wrangler.toml` that a deployment is made of. */
export function readWranglerConfig(): WranglerConfig {
  return wranglerSchema.parse(parse(readFileSync(join(root, "wrangler.toml"), "utf8")));
}

/** Creates what the account lacks, in the order of need, and returns what that was, such as `queue catchment-sync`. */
export async function createMissing(account: Account, config: WranglerConfig): Promise<string[]> {
  const created: string[] = [];
  for (const resource of resourcesOf(config)) {
    if (await resource.exists(account)) continue;
    await resource.create(account);
    created.push(`${resource.kind} ${resource.name}`);
  }
  return created;
}

function resourcesOf({ d1_databases, r2_buckets, queues }: WranglerConfig): Resource[] {
  const produced = queues.producers.map(({ queue }) => queue);
  // A queue may name its dead-letter queue only when that exists: those that nobody produces to come first.
  const deadLetters = queues.consumers.map(({ queue }) => queue).filter((queue) => !produced.includes(queue));
  return [
    ...d1_databases.map(({ database_name }) => database(database_name)),
    ...r2_buckets.map(({ bucket_name }) => bucket(bucket_name)),
    ...[...deadLetters, ...produced].map(queue),
  ];
}

const database = (name: string): Resource => ({
  kind: "D1 database",
  name,
  exists: async (account) => {
    const found = await account.find(`/d1/database?name=${encodeURIComponent(name)}&per_page=100`);
    return isListed(found, "name", name);
  },
  create: (account) => account.create("/d1/database", { name }),
});

const bucket = (name: string): Resource => ({
  kind: "R2 bucket",
  name,
  exists: async (account) => (await account.find(`/r2/buckets/${encodeURIComponent(name)}`)) !== undefined,
  create: (account) => account.create("/r2/buckets", { name }),
});

const queue = (name: string): Resource => ({
  kind: "queue",
  name,
  exists: async (account) => {
    const found = await account.find(`/queues?name=${encodeURIComponent(name)}`);
    return isListed(found, "queue_name", name);
  },
  create: (account) => account.create("/queues", { queue_name: name }),
});

function isListed(found: unknown, field: string, name: string): boolean {
  const rows = z.array(z.record(z.string(), z.unknown())).parse(found ?? []);
  return rows.some((row) => row[field] === name);
}
