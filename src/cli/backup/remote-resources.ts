import { z } from "zod";
import { readWranglerConfig } from "../cloud-resources.ts";
import type { Account } from "../cloudflare.ts";
import { findDatabaseId } from "./deployment.ts";
import type { Doomed } from "./local-data.ts";
import { describeCount } from "./progress.ts";

type Part = Doomed["parts"][number];

/** Keys that one call may name (https://developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/objects). */
const KEYS_A_CALL = 1000;

/** What an account has of the deployment that `wrangler.toml` describes, in the order in which it can be deleted. */
export async function findRemoteResources(account: Account): Promise<Doomed> {
  const { name, d1_databases, r2_buckets, queues } = readWranglerConfig();
  const queueNames = new Set([...queues.producers, ...queues.consumers].map(({ queue }) => queue));
  const queuesThere = await inTurn(queueNames, (queue) => findQueue(account, queue));
  const worker = await findWorker(account, name, queuesThere);
  const parts = [
    // First, so that nobody writes any more.
    ...(worker ? [worker] : []),
    ...queuesThere.map(describeQueue(account)),
    ...(await inTurn(d1_databases, ({ database_name }) => findDatabase(account, database_name))),
    ...(await inTurn(r2_buckets, ({ bucket_name }) => findBucket(account, bucket_name))),
  ];
  return { place: `the account ${account.id}`, parts, close: async () => {} };
}

interface Queue {
  queue_id: string;
  queue_name: string;
}

async function findWorker(account: Account, name: string, queues: Queue[]): Promise<Part | undefined> {
  const path = `/workers/scripts/${name}`;
  if ((await account.find(`${path}/settings`)) === undefined) return undefined;
  return {
    description: `Worker ${name}`,
    async remove() {
      // A Worker that consumes a queue cannot be deleted.
      for (const { queue_id } of queues) await removeConsumers(account, `/queues/${queue_id}/consumers`);
      // Its Durable Objects and their storage go with it only by force.
      await account.remove(`${path}?force=true`);
    },
  };
}

async function findQueue(account: Account, name: string): Promise<Queue | undefined> {
  const found = await account.find(`/queues?name=${encodeURIComponent(name)}`);
  const queues = z.array(z.object({ queue_id: z.string(), queue_name: z.string() })).parse(found ?? []);
  return queues.find(({ queue_name }) => queue_name === name);
}

const describeQueue =
  (account: Account) =>
  ({ queue_id, queue_name }: Queue): Part => ({
    description: `queue ${queue_name}`,
    remove: () => account.remove(`/queues/${queue_id}`),
  });

async function removeConsumers(account: Account, path: string): Promise<void> {
  const consumers = z.array(z.object({ consumer_id: z.string() })).parse((await account.find(path)) ?? []);
  for (const { consumer_id } of consumers) await account.remove(`${path}/${consumer_id}`);
}

async function findDatabase(account: Account, name: string): Promise<Part | undefined> {
  const id = await findDatabaseId(account, name);
  if (id === undefined) return undefined;
  const path = `/d1/database/${id}`;
  return {
    description: `database ${name} with ${describeCount(await countRows(account, path), "row")}`,
    remove: () => account.remove(path),
  };
}

const answersSchema = z.array(z.object({ results: z.array(z.record(z.string(), z.unknown())) }));

async function countRows(account: Account, path: string): Promise<number> {
  const query = async (sql: string) => {
    const [answer] = answersSchema.parse(await account.post(`${path}/query`, { sql }));
    return answer?.results ?? [];
  };
  const tables = await query(
    String.raw`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
      AND name NOT LIKE '\_cf\_%' ESCAPE '\' AND name <> 'd1_migrations'`,
  );
  let rows = 0;
  for (const { name } of tables) {
    const [count] = await query(`SELECT count(*) AS n FROM "${String(name).replaceAll('"', '""')}"`);
    rows += Number(count?.n);
  }
  return rows;
}

async function findBucket(account: Account, name: string): Promise<Part | undefined> {
  const path = `/r2/buckets/${encodeURIComponent(name)}`;
  if ((await account.find(path)) === undefined) return undefined;
  const first = await listKeys(account, path);
  const count = first.length < KEYS_A_CALL ? describeCount(first.length, "object") : `${KEYS_A_CALL} or more objects`;
  return {
    description: `bucket ${name} with ${count}`,
    async remove() {
      // Only an empty bucket can be deleted.
      for (let keys = await listKeys(account, path); keys.length > 0; keys = await listKeys(account, path)) {
        await account.remove(`${path}/objects`, keys);
      }
      await account.remove(path);
    },
  };
}

async function listKeys(account: Account, path: string): Promise<string[]> {
  const found = await account.find(`${path}/objects?per_page=${KEYS_A_CALL}`);
  return z
    .array(z.object({ key: z.string() }))
    .parse(found ?? [])
    .map(({ key }) => key);
}

/** What there is of the items, asked for one after the other. */
async function inTurn<T, R>(items: Iterable<T>, find: (item: T) => Promise<R | undefined>): Promise<R[]> {
  const found: R[] = [];
  for (const item of items) {
    const one = await find(item);
    if (one !== undefined) found.push(one);
  }
  return found;
}
