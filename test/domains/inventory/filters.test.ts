import { describe, expect, it } from "vitest";
import { openAzureInventory, VAULTS, vaultOf, withVaults } from "./front-door.ts";

const SUBSCRIPTION = "/subscriptions/6f1c1f4e-9a0f-4a3e-8d7e-2b9f5a1c3d4e";
const MACHINES = "/resourceGroups/rg1/providers/Microsoft.Compute/virtualMachines";

const machine = (name: string) => ({
  id: `${SUBSCRIPTION}${MACHINES}/${name}`,
  name,
  location: "westeurope",
  properties: { hardwareProfile: { vmSize: "Standard_D2s_v3" } },
});

const view = (state: string) => ({
  statuses: [{ code: "ProvisioningState/succeeded" }, { code: `PowerState/${state}` }],
});

/** One machine that runs, one that was stopped; a scale set, which has no such state. */
const machines = {
  answers: {
    "/providers/Microsoft.Compute/virtualMachines": { value: [machine("runs"), machine("rests")] },
    [`${MACHINES}/runs/instanceView`]: view("running"),
    [`${MACHINES}/rests/instanceView`]: view("deallocated"),
    "/providers/Microsoft.Compute/virtualMachineScaleSets": {
      value: [
        {
          ...machine("scales"),
          id: `${SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.Compute/virtualMachineScaleSets/scales`,
        },
      ],
    },
  },
};

const vaults = withVaults(
  vaultOf("a", { tags: { team: "data", "cost.center": "7" }, properties: { enabledForDeployment: true } }),
  vaultOf("b", { location: "eastus", tags: { team: "web" }, properties: { enabledForDeployment: false } }),
  vaultOf("c", { location: "westus" }),
);

async function namesFound(options: Parameters<typeof openAzureInventory>[0], request: object) {
  const { inventory } = await openAzureInventory(options);
  const { id, status, errors } = await inventory.extract(request);
  expect({ status, errors }).toEqual({ status: "completed", errors: [] });
  const { artifacts } = await inventory.read<{ artifacts: { metadata: { resource_id: string } }[] }>(
    `/extraction/jobs/${id}/artifacts`,
  );
  return artifacts.map(({ metadata }) => metadata.resource_id.split("/").at(-1)).sort();
}

describe("a filter", () => {
  it.each([
    ["the document's alias", { instance_state: "running" }, ["runs", "scales"]],
    ["the key's own name", { power_state: "deallocated" }, ["rests", "scales"]],
    ["any of several values", { power_state: ["running", "deallocated"] }, ["rests", "runs", "scales"]],
    ["a type beside it", { instance_state: "running", resource_type: "virtual-machine" }, ["runs"]],
    ["a value that nothing has", { instance_state: "melted", resource_type: "compute:virtual-machine" }, []],
    ["a type alone", { resource_type: "azure:compute:vmss" }, ["scales"]],
  ])("by %s narrows the types that have it, and no others", async (_, filters, names) => {
    expect(await namesFound(machines, { services: ["compute"], filters })).toEqual(names);
  });

  it.each([
    ["a label", { "labels.team": "data" }, ["a"]],
    ["a label whose name has a point", { "labels.cost.center": "7" }, ["a"]],
    ["any value of a label", { "labels.team": ["data", "web"] }, ["a", "b"]],
    ["a label that nothing has", { "labels.owner": "x" }, []],
    ["a region", { region: "eastus" }, ["b"]],
    ["several regions", { region: ["eastus", "westus"] }, ["b", "c"]],
    ["a truth value", { enabled_for_deployment: true }, ["a"]],
    ["a truth value as text", { enabled_for_deployment: "false" }, ["b"]],
    ["a number", { soft_delete_retention_in_days: 90 }, ["a", "b", "c"]],
    ["two keys that must both match", { "labels.team": "data", region: "eastus" }, []],
  ])("by %s keeps what matches", async (_, filters, names) => {
    expect(await namesFound(vaults, { ...VAULTS, filters })).toEqual(names);
  });

  it("leaves regions to the regions of the request", async () => {
    expect(await namesFound(vaults, { ...VAULTS, regions: ["westeurope", "westus"] })).toEqual(["a", "c"]);
  });
});
