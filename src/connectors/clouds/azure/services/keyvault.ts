import { each, part, same, within } from "../../fields.ts";
import { items, valueAt } from "../../json.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { AzureCall } from "../client.ts";
import { resource, subscriptionListing } from "../resource.ts";

/** What Azure does where the answer does not say it. */
const DEFAULT_RETENTION_DAYS = 90;

const keyVault: ResourceType = {
  ...resource,
  type: "key-vault",
  configuration: {
    ...within(
      "properties",
      same("vault_uri enabled_for_deployment enabled_for_disk_encryption enabled_for_template_deployment"),
    ),
    enable_soft_delete: (item) => valueAt(item, "properties.enableSoftDelete") ?? true,
    soft_delete_retention_in_days: (item) =>
      valueAt(item, "properties.softDeleteRetentionInDays") ?? DEFAULT_RETENTION_DAYS,
    sku: part("properties.sku", same("family name")),
    network_acls: part("properties.networkAcls", {
      ...same("default_action bypass"),
      ip_rules: (rules) => items(rules["ipRules"]).map(({ value }) => value),
      virtual_network_rules: each("virtualNetworkRules", same("id ignore_missing_vnet_service_endpoint")),
    }),
  },
};

export const keyvault: CloudService<AzureCall> = {
  service: "keyvault",
  description: "Extracts Azure Key Vaults, never what they hold",
  scope: "global",
  listings: [subscriptionListing("vaults", "Microsoft.KeyVault/vaults", "2019-09-01", { resources: [keyVault] })],
};
