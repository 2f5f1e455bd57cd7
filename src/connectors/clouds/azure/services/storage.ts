import { at, part, same, within } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService, Detail, ResourceType } from "../../service.ts";
import type { AzureCall } from "../client.ts";
import { detailBelow, GONE, resource, subscriptionListing } from "../resource.ts";

const VERSION = "2021-06-01";
const belowAccount = detailBelow("blobServices/default", VERSION);

const blobProperties: Detail<AzureCall> = {
  ...belowAccount,
  // Accounts for files only have no blob service.
  call: ([item], scope) => (item?.["kind"] === "FileStorage" ? null : belowAccount.call(item ? [item] : [], scope)),
  absent: [...GONE, "FeatureNotSupportedForAccount"],
};

const account: ResourceType = {
  ...resource,
  type: "account",
  configuration: {
    ...same("kind"),
    ...within(
      "properties",
      same("provisioning_state creation_time access_tier allow_blob_public_access minimum_tls_version"),
    ),
    sku: part("sku", same("name tier")),
    https_only: at("properties.supportsHttpsTrafficOnly"),
    encryption: part("properties.encryption", {
      ...same("key_source"),
      services: part("services", { blob: part("blob", same("enabled")), file: part("file", same("enabled")) }),
    }),
    network_rule_set: part("properties.networkAcls", {
      ...same("default_action bypass"),
      ip_rules: (rules) => items(rules["ipRules"]).map(({ value }) => value),
      virtual_network_rules: (rules) => items(rules["virtualNetworkRules"]).map(({ id }) => id),
    }),
    blob_properties: part("blobService.properties", {
      delete_retention_policy: part("deleteRetentionPolicy", same("enabled days")),
    }),
  },
};

export const storage: CloudService<AzureCall> = {
  service: "storage",
  description: "Extracts Azure Storage accounts and the settings of their blob services",
  scope: "global",
  listings: [
    subscriptionListing("accounts", "Microsoft.Storage/storageAccounts", VERSION, {
      details: { blobService: blobProperties },
      resources: [account],
    }),
  ],
};
