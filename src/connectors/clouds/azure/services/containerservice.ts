import { each, type Field, part, readFields, same, within } from "../../fields.ts";
import { asItem, isItem, valueAt } from "../../json.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { AzureCall } from "../client.ts";
import { resource, subscriptionListing } from "../resource.ts";

/** Add-ons by their names. */
const addonProfiles: Field = (item, scope) => {
  const profiles = valueAt(item, "properties.addonProfiles");
  if (!isItem(profiles)) return null;
  const read = (profile: unknown) => readFields(same("enabled config"), asItem(profile), scope);
  return Object.fromEntries(Object.entries(profiles).map(([name, profile]) => [name, read(profile)]));
};

const cluster: ResourceType = {
  ...resource,
  type: "aks-cluster",
  configuration: {
    ...within("properties", same("provisioning_state kubernetes_version dns_prefix fqdn enable_rbac")),
    agent_pool_profiles: each(
      "properties.agentPoolProfiles",
      same(
        "name count vm_size os_type orchestrator_version mode enable_auto_scaling min_count max_count " +
          "enable_node_public_ip",
      ),
    ),
    network_profile: part(
      "properties.networkProfile",
      same("network_plugin network_policy service_cidr dns_service_ip docker_bridge_cidr"),
    ),
    api_server_access_profile: part(
      "properties.apiServerAccessProfile",
      same("enable_private_cluster enable_private_cluster_public_fqdn"),
    ),
    addon_profiles: addonProfiles,
  },
};

export const containerservice: CloudService<AzureCall> = {
  service: "containerservice",
  description: "Extracts Azure Kubernetes Service clusters",
  scope: "global",
  listings: [
    subscriptionListing("clusters", "Microsoft.ContainerService/managedClusters", "2021-09-01", {
      resources: [cluster],
    }),
  ],
};
