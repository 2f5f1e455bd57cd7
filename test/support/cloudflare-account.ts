import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

export interface WorkerMetadata {
  bindings: { name: string; type: string; text?: string; id?: string }[];
  /** Types of bindings that stay although the upload does not name them. */
  keep_bindings?: string[];
}

export interface Account {
  databases: Map<string, { uuid: string; name: string; data: DatabaseSync }>;
  /** Keys of the objects by the name of the bucket. */
  buckets: Map<string, Set<string>>;
  queues: Map<string, { queue_id: string; queue_name: string; consumers: { consumer_id: string }[] }>;
  worker: WorkerMetadata | undefined;
}

export interface Call {
  account: Account;
  parameters: string[];
  query: URLSearchParams;
  body: string;
}

export interface Endpoint {
  method: string;
  path: RegExp;
  /** The `result` of Cloudflare's envelope; undefined is a 404. */
  answer(call: Call): unknown;
}

/** An account without anything in it. */
export function createAccount(): Account {
  return { databases: new Map(), buckets: new Map(), queues: new Map(), worker: undefined };
}

/** Names of the tables in a D1 database of the account. */
export function tablesOf(account: Account, database: string): string[] {
  const data = account.databases.get(database)?.data;
  const rows = data?.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all() ?? [];
  return rows.map(({ name }) => String(name));
}

/** What wrangler and the deploy command ask of Cloudflare's API; paths are relative to the account. */
export const endpoints: Endpoint[] = [
  {
    method: "GET",
    path: /^\/d1\/database$/,
    answer: ({ account, query }) =>
      [...account.databases.values()].filter(({ name }) => name === query.get("name")).map(describeDatabase),
  },
  {
    method: "POST",
    path: /^\/d1\/database$/,
    answer({ account, body }) {
      const { name } = JSON.parse(body) as { name: string };
      const database = { uuid: randomUUID(), name, data: new DatabaseSync(":memory:") };
      account.databases.set(name, database);
      return describeDatabase(database);
    },
  },
  {
    method: "GET",
    path: /^\/d1\/database\/([^/]+)$/,
    answer({ account, parameters: [key = ""] }) {
      const database = findDatabase(account, key);
      return database && describeDatabase(database);
    },
  },
  {
    method: "POST",
    path: /^\/d1\/database\/([^/]+)\/query$/,
    answer({ account, parameters: [key = ""], body }) {
      const database = findDatabase(account, key);
      const { sql } = JSON.parse(body) as { sql: string };
      return database && [{ success: true, meta: { duration: 1 }, results: runSql(database.data, sql) }];
    },
  },
  {
    method: "GET",
    path: /^\/r2\/buckets\/([^/]+)$/,
    answer: ({ account, parameters: [name = ""] }) => (account.buckets.has(name) ? { name } : undefined),
  },
  {
    method: "POST",
    path: /^\/r2\/buckets$/,
    answer({ account, body }) {
      const { name } = JSON.parse(body) as { name: string };
      account.buckets.set(name, new Set());
      return { name };
    },
  },
  {
    method: "GET",
    path: /^\/queues$/,
    answer: ({ account, query }) =>
      [...account.queues.values()].filter(({ queue_name }) => query.getAll("name").includes(queue_name)),
  },
  {
    method: "POST",
    path: /^\/queues$/,
    answer({ account, body }) {
      const { queue_name } = JSON.parse(body) as { queue_name: string };
      const queue = { queue_id: randomHex(), queue_name, consumers: [] };
      account.queues.set(queue_name, queue);
      return queue;
    },
  },
  {
    method: "GET",
    path: /^\/workers\/scripts\/[^/]+\/settings$/,
    answer: ({ account }) => account.worker,
  },
  { method: "GET", path: /^\/workers\/subdomain$/, answer: () => ({ subdomain: "example" }) },
  {
    method: "POST",
    path: /^\/workers\/scripts\/[^/]+\/assets-upload-session$/,
    // No bucket of files to send: as if all assets were uploaded before.
    answer: () => ({ jwt: "assets-are-complete", buckets: [] }),
  },
  {
    method: "PUT",
    path: /^\/workers\/scripts\/[^/]+$/,
    answer({ account, body }) {
      account.worker = mergeUpload(account.worker, readMetadata(body));
      return { id: "catchment", deployment_id: randomHex(), startup_time_ms: 10 };
    },
  },
  {
    method: "POST",
    path: /^\/workers\/scripts\/[^/]+\/versions$/,
    answer({ account, body }) {
      account.worker = mergeUpload(account.worker, readMetadata(body));
      return { id: randomUUID(), resources: { script: { etag: randomHex() } }, startup_time_ms: 10 };
    },
  },
  {
    method: "GET",
    path: /^\/workers\/services\/[^/]+$/,
    answer: ({ account }) => account.worker && { default_environment: defaultEnvironment },
  },
  {
    method: "GET",
    path: /^\/workers\/scripts\/[^/]+\/secrets$/,
    answer: ({ account }) => account.worker?.bindings.filter(({ type }) => type === "secret_text"),
  },
  {
    method: "GET",
    path: /^\/workers\/workers\/[^/]+$/,
    answer: ({ account }) => account.worker && { subdomain: { enabled: true, previews_enabled: true } },
  },
  {
    method: "POST",
    path: /^\/queues\/([^/]+)\/consumers$/,
    answer({ account, parameters: [id = ""], body }) {
      const queue = findQueue(account, id);
      const consumer = { ...(JSON.parse(body) as object), script: "catchment", consumer_id: randomHex() };
      queue?.consumers.push(consumer);
      return queue && consumer;
    },
  },
  ...["queues\\/[^/]+\\/consumers\\/[^/]+", "workers\\/scripts\\/[^/]+\\/schedules"].map((path) => ({
    method: "PUT",
    path: new RegExp(`^\\/${path}$`),
    answer: () => ({}),
  })),
  { method: "POST", path: /^\/workers\/scripts\/[^/]+\/(deployments|subdomain)$/, answer: () => ({}) },
  { method: "PATCH", path: /^\/workers\/scripts\/[^/]+\/script-settings$/, answer: () => ({}) },
  ...deletions(),
];

/** What the destroy command asks. Like Cloudflare, the account keeps what something else still needs. */
function deletions(): Endpoint[] {
  return [
    {
      method: "DELETE",
      path: /^\/workers\/scripts\/[^/]+$/,
      answer({ account, query }) {
        const consumed = [...account.queues.values()].some(({ consumers }) => consumers.length > 0);
        if (!account.worker || consumed || query.get("force") !== "true") return undefined;
        account.worker = undefined;
        return {};
      },
    },
    {
      method: "GET",
      path: /^\/queues\/([^/]+)\/consumers$/,
      answer: ({ account, parameters: [id = ""] }) => findQueue(account, id)?.consumers,
    },
    {
      method: "DELETE",
      path: /^\/queues\/([^/]+)\/consumers\/([^/]+)$/,
      answer({ account, parameters: [id = "", consumer = ""] }) {
        const queue = findQueue(account, id);
        if (queue) queue.consumers = queue.consumers.filter(({ consumer_id }) => consumer_id !== consumer);
        return {};
      },
    },
    {
      method: "DELETE",
      path: /^\/queues\/([^/]+)$/,
      answer({ account, parameters: [id = ""] }) {
        const queue = findQueue(account, id);
        return queue && account.queues.delete(queue.queue_name) && {};
      },
    },
    {
      method: "DELETE",
      path: /^\/d1\/database\/([^/]+)$/,
      answer({ account, parameters: [key = ""] }) {
        const database = findDatabase(account, key);
        return database && account.databases.delete(database.name) && {};
      },
    },
    {
      method: "GET",
      path: /^\/r2\/buckets\/([^/]+)\/objects$/,
      answer: ({ account, parameters: [name = ""], query }) => {
        const keys = [...(account.buckets.get(name) ?? [])].slice(0, Number(query.get("per_page")));
        return keys.map((key) => ({ key, size: 1, etag: randomHex() }));
      },
    },
    {
      method: "DELETE",
      path: /^\/r2\/buckets\/([^/]+)\/objects$/,
      answer({ account, parameters: [name = ""], body }) {
        for (const key of JSON.parse(body) as string[]) account.buckets.get(name)?.delete(key);
        return {};
      },
    },
    {
      method: "DELETE",
      path: /^\/r2\/buckets\/([^/]+)$/,
      answer({ account, parameters: [name = ""] }) {
        return account.buckets.get(name)?.size === 0 && account.buckets.delete(name) ? {} : undefined;
      },
    },
  ];
}

/** The `metadata` part of the multipart upload. */
function readMetadata(body: string): WorkerMetadata {
  const [, text = "{}"] = /name="metadata"[^]*?\r\n\r\n([^]*?)\r\n--/.exec(body) ?? [];
  return JSON.parse(text) as WorkerMetadata;
}

/** Cloudflare keeps what an upload says to keep or to inherit. */
function mergeUpload(before: WorkerMetadata | undefined, upload: WorkerMetadata): WorkerMetadata {
  const given = upload.bindings.filter(({ type }) => type !== "inherit");
  const inherited = upload.bindings.filter(({ type }) => type === "inherit").map(({ name }) => name);
  const kept = (before?.bindings ?? []).filter(
    ({ name, type }) =>
      !given.some((binding) => binding.name === name) &&
      (inherited.includes(name) || upload.keep_bindings?.includes(type)),
  );
  return { ...upload, bindings: [...given, ...kept] };
}

const defaultEnvironment = {
  environment: "production",
  script: { id: "catchment", tag: "tag", migration_tag: "v1", last_deployed_from: "wrangler" },
};

function randomHex(): string {
  return randomUUID().replaceAll("-", "");
}

function describeDatabase({ uuid, name }: { uuid: string; name: string }) {
  return { uuid, name, version: "production" };
}

function findQueue(account: Account, id: string) {
  return [...account.queues.values()].find(({ queue_id }) => queue_id === id);
}

function findDatabase(account: Account, key: string) {
  return [...account.databases.values()].find(({ uuid, name }) => uuid === key || name === key);
}

function runSql(data: DatabaseSync, sql: string): unknown[] {
  if (/^\s*(select|pragma)/i.test(sql)) return data.prepare(sql).all();
  data.exec(sql);
  return [];
}
