import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** Larger objects are looked at by key and metadata only. */
const MOST_BYTES = 4 * 1024 ** 2;

/**
 * Every row of both databases, object of the lake and record of a Durable Object that holds one of the texts, whole. It
 * knows no table by name: what is added later is looked through, too.
 */
export async function findTraces(texts: readonly string[]): Promise<string[]> {
  const wanted = texts.map((text) => text.toLowerCase());
  const found = [...(await listRows()), ...(await listObjects()), ...(await listRecords())];
  return found.filter((record) => wanted.some((text) => record.toLowerCase().includes(text))).toSorted();
}

async function listRows(): Promise<string[]> {
  const records: string[] = [];
  for (const [label, database] of Object.entries({ DB: env.DB, WAREHOUSE: env.WAREHOUSE })) {
    const tables = await database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'")
      .all<{ name: string }>();
    for (const { name } of tables.results) {
      const { results } = await database.prepare(`SELECT * FROM "${name}"`).all();
      records.push(...results.map((row) => `${label} ${name} ${JSON.stringify(row)}`));
    }
  }
  return records;
}

async function listObjects(): Promise<string[]> {
  const records: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await env.LAKE.list({
      include: ["httpMetadata", "customMetadata"],
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { key, size, httpMetadata, customMetadata } of page.objects) {
      const body = size <= MOST_BYTES ? await env.LAKE.get(key) : null;
      const content = body ? new TextDecoder("latin1").decode(await body.arrayBuffer()) : "";
      records.push(`LAKE ${key} ${JSON.stringify({ httpMetadata, customMetadata })} ${content}`);
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return records;
}

async function listRecords(): Promise<string[]> {
  const records: string[] = [];
  const namespaces = {
    EVENT_FEED: env.EVENT_FEED,
    RATE_LIMITER: env.RATE_LIMITER,
    SOCKET_COUNTER: env.SOCKET_COUNTER,
    METRICS: env.METRICS,
  };
  for (const [label, namespace] of Object.entries(namespaces)) {
    for (const id of await listDurableObjectIds(namespace as DurableObjectNamespace)) {
      const stub = (namespace as DurableObjectNamespace).get(id);
      const held = await runInDurableObject(stub, async (_, state) => readStorage(state));
      records.push(...held.map((record) => `${label} ${id.toString()} ${record}`));
    }
  }
  return records;
}

async function readStorage({ storage }: DurableObjectState): Promise<string[]> {
  const tables = storage.sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
    )
    .toArray();
  const rows = tables.flatMap(({ name }) =>
    storage.sql
      .exec(`SELECT * FROM "${name}"`)
      .toArray()
      .map((row) => `${name} ${JSON.stringify(row)}`),
  );
  const pairs = [...(await storage.list())].map((pair) => JSON.stringify(pair));
  return [...rows, ...pairs];
}
