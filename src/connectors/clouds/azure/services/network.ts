import { at, each, type Field, part, same, within } from "../../fields.ts";
import { texts, valueAt } from "../../json.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { AzureCall } from "../client.ts";
import { resource, subscriptionListing } from "../resource.ts";

const VERSION = "2021-05-01";

/** A value that is answered under one name, or as a list under the plural of it when there are several. */
const oneOrSeveral =
  (one: string, several: string): Field =>
  (item) =>
    valueAt(item, one) ?? (texts(valueAt(item, several)).join(",") || null);

const nsg: ResourceType = {
  ...resource,
  type: "nsg",
  configuration: {
    ...within("properties", same("provisioning_state")),
    security_rules: each("properties.securityRules", {
      ...same("name"),
      ...within("properties", same("priority direction access protocol")),
      ...within("properties", {
        source_port_range: oneOrSeveral("sourcePortRange", "sourcePortRanges"),
        destination_port_range: oneOrSeveral("destinationPortRange", "destinationPortRanges"),
        source_address_prefix: oneOrSeveral("sourceAddressPrefix", "sourceAddressPrefixes"),
        destination_address_prefix: oneOrSeveral("destinationAddressPrefix", "destinationAddressPrefixes"),
      }),
    }),
    default_security_rules: each("properties.defaultSecurityRules", {
      ...same("name"),
      ...within("properties", same("priority direction access")),
    }),
  },
};

const vnet: ResourceType = {
  ...resource,
  type: "vnet",
  configuration: {
    ...within("properties", same("provisioning_state")),
    address_space: at("properties.addressSpace.addressPrefixes"),
    subnets: each("properties.subnets", {
      ...same("name"),
      address_prefix: oneOrSeveral("properties.addressPrefix", "properties.addressPrefixes"),
      nsg_id: at("properties.networkSecurityGroup.id"),
    }),
    // Left out of the answer where it was never switched on.
    ddos_protection_enabled: (item) => valueAt(item, "properties.enableDdosProtection") ?? false,
  },
};

const loadBalancer: ResourceType = {
  ...resource,
  type: "load-balancer",
  configuration: {
    ...within("properties", same("provisioning_state")),
    sku: part("sku", same("name tier")),
    frontend_ip_configurations: each("properties.frontendIPConfigurations", {
      ...same("name"),
      private_ip: at("properties.privateIPAddress"),
      public_ip_id: at("properties.publicIPAddress.id"),
    }),
    backend_address_pools: each("properties.backendAddressPools", same("name id")),
    load_balancing_rules: each("properties.loadBalancingRules", {
      ...same("name"),
      ...within("properties", same("protocol frontend_port backend_port")),
    }),
  },
};

export const network: CloudService<AzureCall> = {
  service: "network",
  description: "Extracts Azure network security groups, virtual networks and load balancers",
  scope: "global",
  listings: [
    subscriptionListing("security-groups", "Microsoft.Network/networkSecurityGroups", VERSION, { resources: [nsg] }),
    subscriptionListing("virtual-networks", "Microsoft.Network/virtualNetworks", VERSION, { resources: [vnet] }),
    subscriptionListing("load-balancers", "Microsoft.Network/loadBalancers", VERSION, { resources: [loadBalancer] }),
  ],
};
