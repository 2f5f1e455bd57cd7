import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { storeArtifacts } from "../../../src/domains/inventory/artifact.store.ts";
import { artifacts as artifactRows, shards } from "../../../src/domains/inventory/tables.ts";
import { storedFiles } from "./extractions.ts";
import { openAzureInventory, VAULTS, vaultOf, withVaults } from "./front-door.ts";

const RECEIVER = "https://scanner.example/artifacts";
const TOKEN = "t0ken-of-the-scanner";
const HTTP = {
  INVENTORY_TRANSPORT: "http" as const,
  INVENTORY_TRANSPORT_URL: `${RECEIVER}?key=hidden`,
  INVENTORY_TRANSPORT_TOKEN: TOKEN,
};

interface Delivery {
  name: string;
  headers: Headers;
  body: unknown;
}

/** Answers what is sent to the receiver; `answer` sees the delivery and how often that artifact was offered before. */
function receive(answer: (delivery: Delivery, before: number) => Response | Promise<Response>): Delivery[] {
  const { fetch } = globalThis;
  const deliveries: Delivery[] = [];
  vi.stubGlobal("fetch", async (...call: Parameters<typeof fetch>) => {
    const request = new Request(...call);
    if (!request.url.startsWith(RECEIVER)) return fetch(...call);
    const body = await request.json<{ metadata: { resource_id: string } }>();
    const name = body.metadata.resource_id.split("/").at(-1) ?? "";
    const before = deliveries.filter((delivery) => delivery.name === name).length;
    const delivery = { name, headers: request.headers, body };
    deliveries.push(delivery);
    return answer(delivery, before);
  });
  return deliveries;
}

const names = Array.from({ length: 20 }, (_, index) => `vault-${index}`);

async function openExtracted(settings: object, request: object = {}) {
  const { inventory } = await openAzureInventory(withVaults(...names.map((name) => vaultOf(name))), settings);
  const job = await inventory.extract({ ...VAULTS, ...request });
  const detail = await inventory.read<{ transport: object; progress: object }>(`/extraction/jobs/${job.id}`);
  return { inventory, job, detail };
}

const ok = () => new Response(null, { status: 204 });

const LOG_LEVEL: unknown = Reflect.get(env, "LOG_LEVEL");

/** The lines that are logged from this level upwards. */
function listen(level: string): string[] {
  Object.assign(env, { LOG_LEVEL: level });
  const lines: string[] = [];
  for (const method of ["log", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((line) => void lines.push(String(line)));
  }
  return lines;
}

afterEach(() => {
  Object.assign(env, { LOG_LEVEL });
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("the http transport", () => {
  it("posts each artifact once, with the token, and shows where without the query", async () => {
    const deliveries = receive(ok);
    const { inventory, job, detail } = await openExtracted(HTTP, { batch_size: 7 });
    expect(deliveries.map(({ name }) => name).sort()).toEqual([...names].sort());
    const { artifacts } = await inventory.read<{ artifacts: unknown[] }>(`/extraction/jobs/${job.id}/artifacts`);
    expect(artifacts).toContainEqual(deliveries[0]?.body);
    for (const { headers } of deliveries) {
      expect(headers.get("Authorization")).toBe(`Bearer ${TOKEN}`);
      expect(headers.get("Content-Type")).toBe("application/json");
    }
    expect(new Set(deliveries.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(20);
    expect(detail.transport).toEqual({
      ...{ type: "http", destination: RECEIVER, files_created: 0, artifacts_sent: 20 },
    });
    expect(await storedFiles(inventory.world.ctx, job.id)).toEqual([]);
  });

  it.each([
    ["a 503", () => new Response("later", { status: 503 })],
    ["a 429", () => new Response(null, { status: 429, headers: { "Retry-After": "5" } })],
    [
      "a cut connection",
      () => {
        throw new TypeError("Network connection lost");
      },
    ],
  ])("offers an artifact again after %s, with the same key, and loses none", async (_, fail) => {
    const deliveries = receive(({ name }, before) => (before < 2 && name === "vault-3" ? fail() : ok()));
    const { job, detail } = await openExtracted(HTTP);
    expect(job).toMatchObject({ status: "completed", errors: [] });
    expect(detail.progress).toMatchObject({ processed_resources: 20, failed_resources: 0 });
    const tries = deliveries.filter(({ name }) => name === "vault-3");
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map(({ headers }) => headers.get("Idempotency-Key"))).size).toBe(1);
    expect(deliveries).toHaveLength(22);
  });

  it("loses none to a receiver that fails each first time, whatever the size of a batch", async () => {
    for (const batch_size of [1, 7, 100]) {
      receive((_, before) => (before === 0 ? new Response(null, { status: 500 }) : ok()));
      const { job, detail } = await openExtracted(HTTP, { batch_size });
      expect(job).toMatchObject({ status: "completed", errors: [] });
      expect(detail.progress).toMatchObject({ processed_resources: 20, failed_resources: 0 });
      vi.unstubAllGlobals();
    }
  });

  it("counts what is refused as failed, asks no second time and says why", async () => {
    const deliveries = receive(({ name }) => (name === "vault-3" ? new Response(null, { status: 400 }) : ok()));
    const { job, detail } = await openExtracted(HTTP);
    expect(deliveries).toHaveLength(20);
    expect(job).toMatchObject({ status: "completed", errors: ["keyvault/westeurope: transport: answered 400"] });
    expect(detail.progress).toMatchObject({ total_resources: 20, processed_resources: 19, failed_resources: 1 });
    expect(detail.transport).toMatchObject({ artifacts_sent: 19 });
  });

  it("gives up on a receiver that is down, keeps the artifacts and ends", async () => {
    const deliveries = receive(() => new Response(null, { status: 500 }));
    const { inventory, job, detail } = await openExtracted(HTTP);
    expect(detail.progress).toMatchObject({ total_resources: 20, processed_resources: 0, failed_resources: 20 });
    expect(job.errors.length).toBeGreaterThan(0);
    expect(deliveries.length).toBeLessThanOrEqual(60);
    expect(await inventory.read(`/extraction/jobs/${job.id}/artifacts`)).toMatchObject({ total: 20 });
  });

  it("hands an artifact on again whose document changes while it is under way", async () => {
    const { inventory } = await openAzureInventory(withVaults(vaultOf("vault")), HTTP);
    const { db, now } = inventory.world.ctx;
    const change = async () => {
      const [artifact] = await db.select().from(artifactRows);
      const [shard] = await db.select().from(shards);
      if (!artifact || !shard) throw new Error("Nothing is under way");
      const document = JSON.stringify({ metadata: { resource_id: "changed" } });
      const [first, ...others] = storeArtifacts(
        db,
        shard,
        [{ ...artifact, document_hash: "changed", document }],
        now(),
      );
      if (first) await db.batch([first, ...others]);
    };
    const deliveries = receive(async (_, before) => {
      if (before === 0 && deliveries.length === 1) await change();
      return ok();
    });
    const job = await inventory.extract(VAULTS);
    expect(job).toMatchObject({ status: "completed", errors: [] });
    expect(deliveries.map(({ name }) => name)).toEqual(["vault", "changed"]);
    expect(await inventory.read(`/extraction/jobs/${job.id}`)).toMatchObject({ transport: { artifacts_sent: 1 } });
  });

  it("follows no redirect with its token", async () => {
    receive(() => new Response(null, { status: 302, headers: { Location: `${RECEIVER}/elsewhere` } }));
    const { job } = await openExtracted(HTTP);
    expect(job.errors).toEqual(["keyvault/westeurope: transport: answered 302"]);
  });

  it("shows its token in no answer and no line of the log", async () => {
    const lines = listen("DEBUG");
    receive(({ name }) => new Response(null, { status: name === "vault-1" ? 401 : 500 }));
    const { inventory, job, detail } = await openExtracted(HTTP);
    const listed = await inventory.read("/extraction/jobs");
    expect(lines.filter((line) => line.includes("scanner.example")).length).toBeGreaterThan(0);
    expect([JSON.stringify([job, detail, listed]), ...lines].filter((text) => text.includes(TOKEN))).toEqual([]);
  });

  it("without an address fails with the reason", async () => {
    const { job, inventory } = await openExtracted({ ...HTTP, INVENTORY_TRANSPORT_URL: "" });
    expect(job).toMatchObject({ status: "failed", errors: ["INVENTORY_TRANSPORT_URL is not set"] });
    expect(await inventory.read("/extraction/resources")).toMatchObject({ total: 20 });
  });
});

describe("the other transports", () => {
  it("null drops what it is given", async () => {
    const { inventory, job, detail } = await openExtracted({ INVENTORY_TRANSPORT: "null" });
    expect(detail.transport).toEqual({ type: "null", destination: null, files_created: 0, artifacts_sent: 20 });
    expect(await storedFiles(inventory.world.ctx, job.id)).toEqual([]);
  });

  it("console prints each artifact as a line of the log", async () => {
    const lines = listen("INFO");
    const { detail } = await openExtracted({ INVENTORY_TRANSPORT: "console" });
    expect(lines.filter((line) => line.includes('"artifact"') && line.includes("vault-"))).toHaveLength(20);
    expect(detail.transport).toMatchObject({ type: "console", artifacts_sent: 20 });
  });

  it("filesystem writes a file for each artifact under the document's folder", async () => {
    const { inventory, job, detail } = await openExtracted({});
    const files = await storedFiles(inventory.world.ctx, job.id);
    expect(files).toHaveLength(20);
    for (const { path } of files) {
      expect(path).toMatch(
        /^file_collector\/keyvault_azure_keyvault_key-vault_vault-\d+_\d{8}_\d{6}_\d{6}_[0-9a-f]{8}\.json$/,
      );
    }
    expect(detail.transport).toEqual({
      ...{ type: "filesystem", destination: "./file_collector", files_created: 20, artifacts_sent: 20 },
    });
  });
});
