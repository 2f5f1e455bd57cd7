import { describe, expect, it } from "vitest";
import { openAzureInventory, VAULTS, vaultOf, withVaults } from "./front-door.ts";

interface Resources {
  resources: { metadata: { resource_id: string }; job_id: string; first_seen_at: string; last_seen_at: string }[];
  total: number;
}

const nameOf = (id: string) => id.split("/").at(-1);
const [a, b, c] = [vaultOf("a"), vaultOf("b"), vaultOf("c", { location: "eastus" })];

async function open(...vaults: ReturnType<typeof vaultOf>[]) {
  const { azure, inventory } = await openAzureInventory(withVaults(...vaults));
  const resources = async (query = "") => {
    const answer = await inventory.read<Resources>(`/extraction/resources${query}`);
    expect(answer.total).toBe(answer.resources.length);
    return answer.resources.map(({ metadata }) => nameOf(metadata.resource_id));
  };
  return { azure, inventory, resources };
}

const DENIED = {
  ...{ on: "Microsoft.KeyVault", status: 403 },
  body: JSON.stringify({ error: { code: "AuthorizationFailed", message: "not you" } }),
};

describe("the resources", () => {
  it("say when they were first and last seen, and by which extraction", async () => {
    const { inventory } = await open(a);
    const first = await inventory.extract(VAULTS);
    inventory.world.ctx.advance(60_000);
    const second = await inventory.extract(VAULTS);
    const { resources } = await inventory.read<Resources>("/extraction/resources");
    const [found] = resources;
    expect(found).toMatchObject({ job_id: second.id, metadata: { resource_id: a.id } });
    expect(Date.parse(found?.first_seen_at ?? "")).toBeLessThanOrEqual(first.completed_at ?? 0);
    expect(Date.parse(found?.last_seen_at ?? "")).toBeGreaterThanOrEqual(second.started_at ?? Infinity);
  });

  it("lack one that was deleted, once a whole listing lacks it", async () => {
    const { azure, inventory, resources } = await open(a, b);
    await inventory.extract(VAULTS);
    await azure.change(withVaults(b));
    await inventory.extract(VAULTS);
    expect(await resources()).toEqual(["b"]);
  });

  it.each([
    ["was denied", { faults: [DENIED] }, {}],
    ["was filtered", {}, { filters: { "labels.team": "x" } }],
    ["was of another region", {}, { regions: ["eastus"] }],
  ])("keep one that was deleted while the listing %s", async (_, change, request) => {
    const { azure, inventory, resources } = await open(a, b, c);
    await inventory.extract(VAULTS);
    await azure.change({ ...withVaults(b, c), ...change });
    await inventory.extract({ ...VAULTS, ...request });
    expect(await resources()).toEqual(["a", "b", "c"]);
  });

  it("of a region lack what a whole listing of that region lacks", async () => {
    const { azure, inventory, resources } = await open(a, b, c);
    await inventory.extract(VAULTS);
    await azure.change(withVaults());
    await inventory.extract({ ...VAULTS, regions: ["westeurope"] });
    expect(await resources()).toEqual(["c"]);
  });

  it("are narrowed by cloud, account, service, type, region and text", async () => {
    const { azure, inventory, resources } = await open(a, b, c);
    await inventory.extract(VAULTS);
    expect(await resources("?provider=aws")).toEqual([]);
    expect(await resources("?account=another")).toEqual([]);
    expect(await resources(`?provider=azure&account=${azure.account}&service=keyvault&region=eastus`)).toEqual(["c"]);
    expect(await resources("?type=key-vault&text=b.vault")).toEqual(["b"]);
    expect((await inventory.ask("/extraction/resources?provider=ibm")).status).toBe(422);
  });
});

describe("the difference of two extractions", () => {
  const identity = (vault: ReturnType<typeof vaultOf>, account: string) => ({
    cloud_provider: "azure",
    account,
    region: vault.location,
    resource_type: "azure:keyvault:key-vault",
    resource_id: vault.id,
  });

  it("names what was added, removed and changed, with the places of the changes", async () => {
    const { azure, inventory } = await open(a, b);
    const from = await inventory.extract(VAULTS);
    const changed = vaultOf("b", { tags: { team: "data" }, properties: { enabledForDeployment: true } });
    await azure.change(withVaults(changed, c));
    const to = await inventory.extract(VAULTS);
    const unchanged = await inventory.extract(VAULTS);
    expect(await inventory.read(`/extraction/diff?from=${from.id}&to=${to.id}`)).toEqual({
      from: from.id,
      to: to.id,
      added: [identity(c, azure.account)],
      removed: [identity(a, azure.account)],
      changed: [
        {
          ...identity(b, azure.account),
          changes: [
            { path: "configuration.enabled_for_deployment", from: null, to: true },
            { path: "metadata.labels.team", from: null, to: "data" },
          ],
        },
      ],
      totals: { added: 1, removed: 1, changed: 1 },
      not_compared: [],
      next_cursor: null,
    });
    expect(await inventory.read(`/extraction/diff?from=${to.id}&to=${unchanged.id}`)).toMatchObject({
      ...{ added: [], removed: [], changed: [], totals: { added: 0, removed: 0, changed: 0 } },
    });
  });

  it("comes in pages", async () => {
    const { azure, inventory } = await open(a, b, c);
    const from = await inventory.extract(VAULTS);
    await azure.change(withVaults());
    const to = await inventory.extract(VAULTS);
    const path = `/extraction/diff?from=${from.id}&to=${to.id}&limit=2`;
    expect(await inventory.read(path)).toMatchObject({
      removed: { length: 2 },
      totals: { removed: 3 },
      next_cursor: 2,
    });
    expect(await inventory.read(`${path}&cursor=2`)).toMatchObject({ removed: { length: 1 }, next_cursor: null });
  });

  it.each([
    ["failed", { faults: [DENIED] }, {}],
    ["was narrowed by a filter", {}, { filters: { "labels.team": "x" } }],
    ["was narrowed to a region", {}, { regions: ["eastus"] }],
  ])("says nothing of a listing that %s in one of them, but names it", async (_, change, request) => {
    const { azure, inventory } = await open(a, b);
    const from = await inventory.extract(VAULTS);
    await azure.change(change);
    const to = await inventory.extract({ ...VAULTS, ...request });
    for (const ids of [`from=${from.id}&to=${to.id}`, `from=${to.id}&to=${from.id}`]) {
      expect(await inventory.read(`/extraction/diff?${ids}`)).toMatchObject({
        ...{ added: [], removed: [], changed: [], not_compared: ["keyvault/global"] },
      });
    }
  });

  it.each(["", "from=job_1", "to=job_1"])("needs two extractions, not %j", async (query) => {
    const { inventory } = await open();
    expect((await inventory.ask(`/extraction/diff?${query}`)).status).toBe(422);
  });
});
