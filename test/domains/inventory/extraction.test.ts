import { describe, expect, it } from "vitest";
import { openAzureInventory, openGcpInventory, vaultOf, withVaults } from "./front-door.ts";

interface Artifacts {
  artifacts: { resource_type: string }[];
  total: number;
}

const typesOf = ({ artifacts }: Artifacts) => [...new Set(artifacts.map(({ resource_type }) => resource_type))].sort();

describe("an extraction of everything", () => {
  it("finds every documented type of an Azure subscription, and hands each resource on as a file", async () => {
    const { inventory } = await openAzureInventory();
    const { id, status } = await inventory.extract();
    expect(status).toBe("completed");
    const found = await inventory.read<Artifacts>(`/extraction/jobs/${id}/artifacts?limit=1000`);
    expect(typesOf(found)).toEqual(
      expect.arrayContaining([
        "azure:authorization:role-definition",
        "azure:compute:virtual-machine",
        "azure:containerservice:aks-cluster",
        "azure:keyvault:key-vault",
        "azure:network:nsg",
        "azure:sql:sql-server",
        "azure:storage:account",
        "azure:web:app-service-plan",
      ]),
    );
    expect(await inventory.read(`/extraction/jobs/${id}`)).toMatchObject({
      progress: { total_resources: found.total, processed_resources: found.total },
      transport: { files_created: found.total },
    });
  });

  it("finds synthetic resources of every service of a Google project", async () => {
    const { inventory } = await openGcpInventory(
      { answers: "synthetic", page_size: 100 },
      { INVENTORY_TRANSPORT: "null" },
    );
    const { id, status, errors } = await inventory.extract();
    expect({ status, errors }).toEqual({ status: "completed", errors: [] });
    const { results } = await inventory.read<{ results: { services_processed: number } }>(`/extraction/jobs/${id}`);
    expect(results.services_processed).toBe(28);
    const found = await inventory.read<Artifacts>(`/extraction/jobs/${id}/artifacts?limit=1000`);
    expect(new Set(typesOf(found).map((type) => type.split(":")[1])).size).toBe(28);
  }, 60_000);

  it("leaves out the services of a project that are switched off, and takes that for no error", async () => {
    const { inventory } = await openGcpInventory({ answers: "synthetic", off: ["pubsub.googleapis.com"] });
    const { id, status, errors } = await inventory.extract({ services: ["pubsub", "dns"] });
    expect({ status, errors }).toEqual({ status: "completed", errors: [] });
    const found = await inventory.read<Artifacts>(`/extraction/jobs/${id}/artifacts`);
    expect(typesOf(found)).toEqual(["gcp:dns:managedzone", "gcp:dns:recordset"]);
  });
});

describe("an extraction of 10,000 synthetic resources", () => {
  it("ends with each of them once, and reads them back", async () => {
    const vaults = Array.from({ length: 10_000 }, (_, index) => vaultOf(`vault-${index}`));
    const { azure, inventory } = await openAzureInventory(withVaults(...vaults), { INVENTORY_TRANSPORT: "null" });
    const job = await inventory.extract({ provider: "azure", services: ["keyvault"], batch_size: 1000 });
    expect(job).toMatchObject({ status: "completed", errors: [], results: { resources_extracted: 10_000 } });
    expect((await azure.requests()).filter((line) => line.includes("KeyVault"))).toHaveLength(10);
    const path = `/extraction/jobs/${job.id}/artifacts`;
    const { text } = await inventory.download(path, "application/x-ndjson");
    const found = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).raw.name);
    expect(new Set(found).size).toBe(10_000);
    expect(found).toHaveLength(10_000);
    expect(await inventory.read(`${path}?text=vault-9999&limit=1`)).toMatchObject({ total: 1 });
  }, 120_000);
});
