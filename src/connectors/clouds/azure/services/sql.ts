import { type Field, part, readFields, same, within } from "../../fields.ts";
import { type Item, items, valueAt } from "../../json.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { AzureCall } from "../client.ts";
import { detailBelow, GONE, idOf, resource, subscriptionListing, valueOf } from "../resource.ts";

const SERVERS_VERSION = "2021-05-01-preview";
const DATABASES_VERSION = "2017-10-01-preview";
const SHOWN_RULES = 10;

const ruleFields = { ...same("name"), ...within("properties", same("start_ip_address end_ip_address")) };

const firstRules: Field = ({ firewallRules }, scope) =>
  Array.isArray(firewallRules)
    ? items(firewallRules.slice(0, SHOWN_RULES)).map((rule) => readFields(ruleFields, rule, scope))
    : null;

const server: ResourceType = {
  ...resource,
  type: "sql-server",
  configuration: {
    ...within("properties", same("administrator_login version public_network_access minimal_tls_version")),
    // Servers have a `state` where other resources have a provisioning state.
    provisioning_state: (item) => valueAt(item, "properties.provisioningState") ?? valueAt(item, "properties.state"),
    firewall_rules_count: ({ firewallRules }) => (Array.isArray(firewallRules) ? firewallRules.length : null),
    firewall_rules: firstRules,
  },
};

const database: ResourceType = {
  ...resource,
  type: "sql-database",
  configuration: {
    ...within(
      "properties",
      same("collation max_size_bytes status database_id default_secondary_location zone_redundant"),
    ),
    server_name: (item) => serverOf(item),
    sku: part("sku", same("name tier capacity")),
  },
};

const serverOf = (item: Item): string | null => /\/servers\/([^/]+)\/databases\//i.exec(idOf(item))?.[1] ?? null;

export const sql: CloudService<AzureCall> = {
  service: "sql",
  description: "Extracts Azure SQL servers with their firewall rules, and databases",
  scope: "global",
  listings: [
    subscriptionListing("servers", "Microsoft.Sql/servers", SERVERS_VERSION, {
      details: {
        firewallRules: { ...detailBelow("firewallRules", SERVERS_VERSION, { list: true }), entries: valueOf },
      },
      resources: [server],
    }),
    {
      name: "databases",
      of: { listing: "servers", carry: (item) => ({ id: idOf(item) }) },
      call: ({ parent }) => ({ path: `${idOf(parent)}/databases`, version: DATABASES_VERSION, list: true }),
      items: valueOf,
      absent: GONE,
      resources: [database],
    },
  ],
};
