import { at, each, part, same, within } from "../../fields.ts";
import { type Item, items, text, valueAt } from "../../json.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { AzureCall } from "../client.ts";
import { detailBelow, resource, subscriptionListing } from "../resource.ts";

const VERSION = "2021-07-01";
const POWER_STATE = "PowerState/";

const virtualMachine: ResourceType = {
  ...resource,
  type: "virtual-machine",
  configuration: {
    ...within("properties", same("provisioning_state")),
    vm_size: at("properties.hardwareProfile.vmSize"),
    os_disk: part("properties.storageProfile.osDisk", {
      ...same("name os_type disk_size_gb"),
      managed_disk_id: at("managedDisk.id"),
    }),
    network_interfaces: (item) => {
      const interfaces = valueAt(item, "properties.networkProfile.networkInterfaces");
      return Array.isArray(interfaces) ? items(interfaces).map(({ id }) => id) : null;
    },
    power_state: (item) => powerStateOf(item),
    statuses: each("instanceView.statuses", same("code display_status")),
  },
  aliases: { instance_state: "power_state" },
};

const vmss: ResourceType = {
  ...resource,
  type: "vmss",
  configuration: {
    ...within("properties", same("provisioning_state")),
    sku: part("sku", same("name tier capacity")),
    upgrade_policy: at("properties.upgradePolicy.mode"),
  },
};

/** The instance view says `PowerState/running` among its statuses. */
function powerStateOf(item: Item): string | null {
  const codes = items(valueAt(item, "instanceView.statuses")).map(({ code }) => text(code) ?? "");
  return codes.find((code) => code.startsWith(POWER_STATE))?.slice(POWER_STATE.length) ?? null;
}

export const compute: CloudService<AzureCall> = {
  service: "compute",
  description: "Extracts Azure Virtual Machines and VM Scale Sets",
  scope: "global",
  listings: [
    subscriptionListing("virtual-machines", "Microsoft.Compute/virtualMachines", VERSION, {
      details: { instanceView: detailBelow("instanceView", VERSION) },
      resources: [virtualMachine],
    }),
    subscriptionListing("scale-sets", "Microsoft.Compute/virtualMachineScaleSets", VERSION, { resources: [vmss] }),
  ],
};
