import { Stripe } from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joinNames } from "../../src/formats/flatten-names.ts";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { startRestServer } from "../support/rest-server/server.ts";
import { createRestWorld, type RestWorldOptions } from "../support/rest-server/world.ts";
import { openWarehouse } from "./warehouse-client.ts";
import type { LocalServer } from "../support/listen-locally.ts";

const STREAMS = ["charges", "customers", "products"] as const;
const COMPLETED = { status: "completed", errors: [] };
const CUT = "More columns than a table has room for; as JSON in _extra: ";
const state = createStateFolder();
let rest: LocalServer;
let server: CatchmentProcess;
let warehouse: ReturnType<typeof openWarehouse>;

beforeAll(async () => {
  rest = await startRestServer();
  server = await startCatchment(state.folder, {
    env: { ANONYMOUS_ACCESS: "warehouse", ALLOW_PRIVATE_HOSTS: "127.0.0.1" },
  });
  warehouse = openWarehouse(server);
});

afterAll(async () => {
  await server?.stop();
  await rest?.close();
  state.remove();
});

/** A Stripe of its own: a source of ours over it, and Stripe's client. */
async function openWorld(name: string, options: RestWorldOptions = {}, endpoints: readonly string[] = STREAMS) {
  const control = `${rest.url}/control/worlds/${name}`;
  const change = (changes: RestWorldOptions) => fetch(control, { method: "PUT", body: JSON.stringify(changes) });
  await change(options);
  const { key } = createRestWorld(options);
  const config = {
    stripe_secret_key_env: `${name.toUpperCase()}_KEY`,
    endpoints,
    api_url: `${rest.url}/worlds/${name}`,
  };
  await warehouse.create(name, "stripe", config, { [config.stripe_secret_key_env]: key });
  const { hostname, port } = new URL(rest.url);
  // Worlds are below a path, which the client cannot be told.
  const inWorld: typeof fetch = (input, init) => fetch(String(input).replace("/v1/", `/worlds/${name}/v1/`), init);
  const httpClient = Stripe.createFetchHttpClient(inWorld);
  const open = (secret: string) => new Stripe(secret, { host: hostname, port, protocol: "http", httpClient });
  const requests = async () => ((await (await fetch(control)).json()) as { requests: string[] }).requests;
  return { stripe: open(key), open, change, requests };
}

/** Everything that Stripe's client lists, as flat rows by their ids. */
async function listed(stripe: Stripe, stream: (typeof STREAMS)[number]) {
  const objects = await stripe[stream].list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  return byId(objects.map((object) => Object.fromEntries(flatten(Object.entries(object)))));
}

/** Columns of nested fields; null has none, and lists are tables of their own. */
function flatten(entries: [string, unknown][], before: readonly string[] = []): [string, unknown][] {
  return entries.flatMap(([key, value]): [string, unknown][] => {
    const path = [...before, key];
    if (value === null || Array.isArray(value)) return [];
    if (typeof value === "object") return flatten(Object.entries(value), path);
    return [[joinNames(path), typeof value === "boolean" ? Number(value) : value]];
  });
}

/** Rows of a table, `_extra` laid beside its columns. */
async function loaded(name: string, stream: string) {
  const rows = await warehouse.objects(`SELECT * FROM raw_${name}__${stream}`);
  return byId(
    rows.map(({ _extra: extra = "{}", ...row }) => {
      const all = Object.entries({ ...row, ...Object(JSON.parse(String(extra))) });
      const own = all.filter(([column]) => !column.startsWith("_catchment"));
      return Object.fromEntries(
        own.map(([column, value]) => [column, typeof value === "boolean" ? Number(value) : value]),
      );
    }),
  );
}

const byId = (rows: Record<string, unknown>[]) =>
  rows.toSorted((one, other) => String(one["id"]).localeCompare(String(other["id"])));

describe("what Stripe's own client lists", () => {
  it("is what the tables have, page after page", async () => {
    const { stripe } = await openWorld("plain");
    expect(await warehouse.check("plain")).toBe("Connected");
    expect(await warehouse.sync("plain")).toMatchObject(COMPLETED);
    for (const stream of STREAMS) {
      const rows = await loaded("plain", stream);
      expect(rows).toHaveLength(250);
      expect(rows).toEqual(await listed(stripe, stream));
    }
  });

  it("is there after a limited rate and a page that is cut half-way", async () => {
    const { stripe, requests } = await openWorld("faulty", {
      faults: [
        { on: "charges?limit=100&starting_after", times: 1, status: 429, headers: { "Retry-After": "2" } },
        { on: "customers?limit=100&starting_after", times: 1, cut: true },
      ],
    });
    expect(await warehouse.sync("faulty")).toMatchObject(COMPLETED);
    const asked = (await requests()).filter((line) => line.includes("starting_after"));
    expect(asked.filter((line, index) => line === asked[index - 1])).toEqual([
      expect.stringMatching(/^GET \/v1\/charges/),
      expect.stringMatching(/^GET \/v1\/customers/),
    ]);
    for (const stream of STREAMS) expect(await loaded("faulty", stream)).toEqual(await listed(stripe, stream));
  });

  it("is there once while new objects come, and those with the next sync", async () => {
    const { stripe, change } = await openWorld("growing", { grows: true }, ["charges"]);
    expect(await warehouse.sync("growing")).toMatchObject(COMPLETED);
    await change({ count: 250 });
    const before = await listed(stripe, "charges");
    expect(await loaded("growing", "charges")).toEqual(before);
    await change({ grows: false, count: 260 });
    expect(await warehouse.sync("growing")).toMatchObject(COMPLETED);
    const after = await listed(stripe, "charges");
    expect(after).toHaveLength(260);
    expect(await loaded("growing", "charges")).toEqual(after);
  });

  it("is whole where a charge has more columns than a table, and the log says which", async () => {
    const { stripe } = await openWorld("filled", { filled: true, count: 120 }, ["charges"]);
    expect(await warehouse.sync("filled")).toMatchObject(COMPLETED);
    const expected = await listed(stripe, "charges");
    expect(Object.keys(expected[0] ?? {}).length).toBeGreaterThan(120);
    expect(await loaded("filled", "charges")).toEqual(expected);

    const [row = {}] = await warehouse.objects("SELECT * FROM raw_filled__charges LIMIT 1");
    const columns = Object.keys(row).filter((column) => !column.startsWith("_"));
    expect(columns).toHaveLength(90);
    const { body } = await warehouse.ask("GET", "/api/sources/filled/logs");
    const lines = Object.values(body) as { level: string; message: string }[];
    const warnings = lines.filter(({ level }) => level === "WARNING").map(({ message }) => message.replace(CUT, ""));
    const all = Object.keys(expected[0] ?? {});
    const left = all.filter((column) => !columns.includes(column)).map((column) => `charges.${column}`);
    expect(warnings.flatMap((message) => message.split(", ")).toSorted()).toEqual(left.toSorted());
  });
});

describe("a key that Stripe refuses", () => {
  it("is refused to both, and said without the key", async () => {
    const { open } = await openWorld("locked", {}, ["charges"]);
    await warehouse.ask("PUT", "/api/secrets/LOCKED_KEY", { value: "sk_test_wrong" });
    await expect(open("sk_test_wrong").charges.list()).rejects.toMatchObject({ type: "StripeAuthenticationError" });
    const said = String(await warehouse.check("locked"));
    expect(said).toMatch(/^Stripe: GET .*: the credentials are refused \(401\)/);
    const job = await warehouse.sync("locked");
    expect(job).toMatchObject({ status: "failed", errors: [expect.stringContaining("credentials are refused (401)")] });
    expect(said + JSON.stringify(job) + server.output()).not.toContain("sk_test_wrong");
  });
});
