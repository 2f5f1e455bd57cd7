import { beforeAll, describe, expect, test } from "vitest";
import { azure } from "../../../src/connectors/clouds/azure/index.ts";
import { openWorld, type TestWorld } from "../../support/azure-server/client.ts";
import { SITE, syntheticAnswers } from "../../support/azure-server/synthetic.ts";
import { createWorld } from "../../support/azure-server/world.ts";
import { extractShard, shardOf } from "../../support/extract.ts";

/** Every type of the document with the keys of its configuration; a dot leads into an object or the objects of a list. */
const KEYS: Record<string, string> = {
  "azure:compute:virtual-machine":
    "vm_size provisioning_state os_disk.name os_disk.os_type os_disk.disk_size_gb os_disk.managed_disk_id " +
    "network_interfaces power_state statuses.code statuses.display_status",
  "azure:compute:vmss": "sku.name sku.tier sku.capacity provisioning_state upgrade_policy",
  "azure:storage:account":
    "kind provisioning_state creation_time sku.name sku.tier access_tier https_only allow_blob_public_access " +
    "minimum_tls_version encryption.key_source encryption.services.blob.enabled encryption.services.file.enabled " +
    "network_rule_set.default_action network_rule_set.bypass network_rule_set.ip_rules " +
    "network_rule_set.virtual_network_rules blob_properties.delete_retention_policy.enabled " +
    "blob_properties.delete_retention_policy.days",
  "azure:network:nsg":
    "provisioning_state security_rules.name security_rules.priority security_rules.direction security_rules.access " +
    "security_rules.protocol security_rules.source_port_range security_rules.destination_port_range " +
    "security_rules.source_address_prefix security_rules.destination_address_prefix default_security_rules.name " +
    "default_security_rules.priority default_security_rules.direction default_security_rules.access",
  "azure:network:vnet":
    "provisioning_state address_space subnets.name subnets.address_prefix subnets.nsg_id ddos_protection_enabled",
  "azure:network:load-balancer":
    "provisioning_state sku.name sku.tier frontend_ip_configurations.name frontend_ip_configurations.private_ip " +
    "frontend_ip_configurations.public_ip_id backend_address_pools.name backend_address_pools.id " +
    "load_balancing_rules.name load_balancing_rules.protocol load_balancing_rules.frontend_port " +
    "load_balancing_rules.backend_port",
  "azure:authorization:role-definition":
    "role_name description type permissions.actions permissions.not_actions permissions.data_actions " +
    "permissions.not_data_actions assignable_scopes",
  "azure:authorization:role-assignment": "role_definition_id principal_id principal_type scope role_name",
  "azure:containerservice:aks-cluster":
    "provisioning_state kubernetes_version dns_prefix fqdn agent_pool_profiles.name agent_pool_profiles.count " +
    "agent_pool_profiles.vm_size agent_pool_profiles.os_type agent_pool_profiles.orchestrator_version " +
    "agent_pool_profiles.mode agent_pool_profiles.enable_auto_scaling agent_pool_profiles.min_count " +
    "agent_pool_profiles.max_count agent_pool_profiles.enable_node_public_ip network_profile.network_plugin " +
    "network_profile.network_policy network_profile.service_cidr network_profile.dns_service_ip " +
    "network_profile.docker_bridge_cidr enable_rbac api_server_access_profile.enable_private_cluster " +
    "api_server_access_profile.enable_private_cluster_public_fqdn addon_profiles.azurepolicy.enabled " +
    "addon_profiles.azurepolicy.config",
  "azure:keyvault:key-vault":
    "vault_uri enabled_for_deployment enabled_for_disk_encryption enabled_for_template_deployment " +
    "enable_soft_delete soft_delete_retention_in_days sku.family sku.name network_acls.default_action " +
    "network_acls.bypass network_acls.ip_rules network_acls.virtual_network_rules.id " +
    "network_acls.virtual_network_rules.ignore_missing_vnet_service_endpoint",
  "azure:sql:sql-server":
    "provisioning_state administrator_login version public_network_access minimal_tls_version firewall_rules_count " +
    "firewall_rules.name firewall_rules.start_ip_address firewall_rules.end_ip_address",
  "azure:sql:sql-database":
    "server_name collation max_size_bytes status database_id sku.name sku.tier sku.capacity " +
    "default_secondary_location zone_redundant",
  "azure:web:app-service-plan":
    "provisioning_state status sku.name sku.tier sku.size sku.capacity number_of_sites maximum_number_of_workers",
  ...Object.fromEntries(
    ["azure:web:web-app", "azure:web:function-app"].map((type) => [
      type,
      "provisioning_state state kind server_farm_id enabled https_only client_cert_enabled " +
        "site_config.linux_fx_version site_config.windows_fx_version site_config.net_framework_version " +
        "site_config.php_version site_config.python_version site_config.node_version",
    ]),
  ),
};

const { subscription } = createWorld({});
const NETWORK = `/subscriptions/${subscription}/resourceGroups/rg1/providers/Microsoft.Network`;

async function extractAll(world: TestWorld) {
  const cloud = await world.open();
  const all = [];
  for (const service of azure.services.keys())
    all.push(await extractShard(cloud, service, shardOf(world.account, null)));
  return { found: all.flatMap(({ found }) => found), failures: all.flatMap(({ failures }) => failures) };
}

/** Values at a dotted path, through every object of a list. */
function valuesAt(value: unknown, [key, ...rest]: string[]): unknown[] {
  if (key === undefined) return [value];
  const holders = Array.isArray(value) ? value : [value];
  return holders.flatMap((holder) => valuesAt(holder?.[key], rest));
}

describe("every type", () => {
  let documented: Awaited<ReturnType<typeof extractAll>>;
  let synthetic: Awaited<ReturnType<typeof extractAll>>;

  beforeAll(async () => {
    documented = await extractAll(await openWorld());
    synthetic = await extractAll(await openWorld({ answers: syntheticAnswers(subscription) }));
  });

  test("is one that the service advertises with its fields", () => {
    const advertised = [...azure.services.values()].flatMap(({ service, resource_types }) =>
      resource_types.map(({ type, fields }) => [`azure:${service}:${type}`, [...fields].toSorted()]),
    );
    const expected = Object.entries(KEYS).map(([type, keys]) => [
      type,
      [...new Set(keys.split(" ").map((key) => key.split(".")[0] ?? ""))].toSorted(),
    ]);
    expect(Object.fromEntries(advertised)).toEqual(Object.fromEntries(expected));
  });

  test.for(Object.entries(KEYS))("%s has each key, filled in an example or a synthetic resource", ([type, keys]) => {
    expect([...documented.failures, ...synthetic.failures]).toEqual([]);
    const configurations = [...documented.found, ...synthetic.found]
      .filter(({ resource_type }) => resource_type === type)
      .map(({ configuration }) => configuration);
    expect(configurations).not.toEqual([]);
    const names = [...new Set(keys.split(" ").map((key) => key.split(".")[0] ?? ""))].toSorted();
    for (const configuration of configurations) expect(Object.keys(configuration).toSorted()).toEqual(names);
    const empty = keys
      .split(" ")
      .filter((key) =>
        configurations.every((entry) =>
          valuesAt(entry, key.split(".")).every((value) => value === null || value === undefined),
        ),
      );
    expect(empty).toEqual([]);
  });
});

describe("Microsoft's examples", () => {
  const extractService = async (service: string) => {
    const world = await openWorld();
    return extractShard(await world.open(), service, shardOf(world.account, null));
  };

  test("a virtual machine carries its power state and the answer with its instance view", async () => {
    const { found, failures } = await extractService("compute");
    expect(failures).toEqual([]);
    const [machine] = found.filter(({ resource_type }) => resource_type === "azure:compute:virtual-machine");
    const compute = `/subscriptions/${subscription}/resourceGroups/myResourceGroup/providers/Microsoft.Compute`;
    expect(machine).toEqual({
      resource_type: "azure:compute:virtual-machine",
      resource_id: `${compute}/virtualMachines/myVM`,
      region: "westus",
      resource_group: "myResourceGroup",
      labels: { myTag1: "tagValue1" },
      configuration: {
        vm_size: "Standard_DS3_v2",
        provisioning_state: "Succeeded",
        os_disk: {
          name: "myOsDisk",
          os_type: "Windows",
          disk_size_gb: 30,
          managed_disk_id: `${compute}/disks/myOsDisk`,
        },
        network_interfaces: [
          `/subscriptions/${subscription}/resourceGroups/myResourceGroup/providers/Microsoft.Network/networkInterfaces/{myNIC}`,
        ],
        power_state: "running",
        statuses: [
          { code: "ProvisioningState/succeeded", display_status: "Provisioning succeeded" },
          { code: "PowerState/running", display_status: "VM running" },
        ],
      },
      raw: expect.objectContaining({
        name: "myVM",
        location: "West US",
        instanceView: expect.objectContaining({ osName: "Windows Server 2016 Datacenter" }),
      }),
    });
  });

  test("an assignment is named by the role that its id means, whatever its case", async () => {
    const { found } = await extractService("authorization");
    expect(found.map(({ resource_type, region, configuration }) => [resource_type, region, configuration])).toEqual([
      [
        "azure:authorization:role-definition",
        "global",
        {
          role_name: "Role name",
          description: "Role description",
          type: "roletype",
          assignable_scopes: [`/subscriptions/${subscription}`],
          permissions: [{ actions: ["action"], not_actions: [], data_actions: ["dataAction"], not_data_actions: [] }],
        },
      ],
      [
        "azure:authorization:role-assignment",
        "global",
        {
          role_definition_id: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/roledefinitionId`,
          principal_id: "Pid",
          principal_type: "Ptype",
          scope: `/subscriptions/${subscription}/resourcegroups/rgname`,
          role_name: "Role name",
        },
      ],
    ]);
    expect(found[1]?.resource_group).toBe("rgname");
  });

  test("every server lists its own databases and firewall rules", async () => {
    const { found } = await extractService("sql");
    const names = found.map(({ resource_id }) => resource_id.split("/Microsoft.Sql/servers/")[1]);
    expect(names.toSorted()).toEqual([
      "sqlcrudtest-4645",
      "sqlcrudtest-4645/databases/master",
      "sqlcrudtest-4645/databases/testdb",
      "sqlcrudtest-6661",
      "sqlcrudtest-6661/databases/master",
      "sqlcrudtest-6661/databases/testdb",
    ]);
    const [server] = found.filter(({ resource_type }) => resource_type === "azure:sql:sql-server");
    expect(server?.configuration).toMatchObject({ provisioning_state: "Ready", firewall_rules_count: 4 });
    const database = found.find(({ resource_id }) => resource_id.endsWith("4645/databases/testdb"));
    expect(database).toMatchObject({ region: "southeastasia", configuration: { server_name: "sqlcrudtest-4645" } });
  });

  test.for([1, 2, 100])("with %i entries on a page nothing is missing or double", async (page_size) => {
    const world = await openWorld({ page_size });
    const { found, failures } = await extractAll(world);
    expect(failures).toEqual([]);
    expect(new Set(found.map(({ resource_id }) => resource_id)).size).toBe(found.length);
    const counts = Object.groupBy(found, ({ resource_type }) => resource_type);
    expect(Object.fromEntries(Object.entries(counts).map(([type, list]) => [type, list?.length]))).toEqual({
      "azure:authorization:role-definition": 1,
      "azure:authorization:role-assignment": 1,
      "azure:compute:virtual-machine": 1,
      "azure:compute:vmss": 2,
      "azure:containerservice:aks-cluster": 1,
      "azure:keyvault:key-vault": 1,
      "azure:network:nsg": 3,
      "azure:network:vnet": 2,
      "azure:network:load-balancer": 2,
      "azure:sql:sql-server": 2,
      "azure:sql:sql-database": 4,
      "azure:storage:account": 6,
      "azure:web:app-service-plan": 2,
    });
  });
});

describe("synthetic resources", () => {
  const answers = syntheticAnswers(subscription);
  const extractService = async (service: string, changed: Record<string, Record<string, unknown>> = {}) => {
    const world = await openWorld({ answers: { ...answers, ...changed } });
    const result = await extractShard(await world.open(), service, shardOf(world.account, null));
    return { ...result, requests: await world.requests() };
  };

  test("sites are web apps or function apps by their kind, with the runtimes of their configuration", async () => {
    const { found, failures } = await extractService("web");
    expect(failures).toEqual([]);
    const sites = found.filter(({ resource_type }) => resource_type !== "azure:web:app-service-plan");
    expect(sites.map(({ resource_type, resource_id }) => [resource_type, resource_id.split("/").at(-1)])).toEqual([
      ["azure:web:web-app", "shop"],
      ["azure:web:function-app", "jobs"],
      ["azure:web:web-app", "plain"],
    ]);
    expect(sites.map(({ configuration }) => configuration["site_config"])).toMatchObject([
      { linux_fx_version: "NODE|20-lts", net_framework_version: "v4.0" },
      { linux_fx_version: "PYTHON|3.11" },
      { linux_fx_version: "", node_version: null },
    ]);
    expect(sites[0]).toMatchObject({ region: "westeurope", resource_group: "rg1", labels: { team: "data" } });
  });

  test("a synthetic site whose configuration may not be read is kept, and the reason told", async () => {
    const world = await openWorld({
      answers,
      faults: [
        {
          on: `${SITE}/shop/config/web`,
          status: 403,
          body: JSON.stringify({ error: { code: "AuthorizationFailed", message: "The client has no permission." } }),
        },
      ],
    });
    const { found, failures } = await extractShard(await world.open(), "web", shardOf(world.account, null));
    expect(failures).toEqual([`${SITE}/shop/config/web: AuthorizationFailed - The client has no permission.`]);
    expect(found.some(({ resource_id }) => resource_id.endsWith("/shop"))).toBe(true);
  });

  test("synthetic rules over several ports and networks show all of them", async () => {
    const { found } = await extractService("network");
    const nsg = found.find(({ resource_type }) => resource_type === "azure:network:nsg");
    expect(nsg?.configuration["security_rules"]).toEqual([
      {
        name: "web",
        priority: 100,
        direction: "Inbound",
        access: "Allow",
        protocol: "Tcp",
        source_port_range: "*",
        destination_port_range: "80,443",
        source_address_prefix: "203.0.113.0/24,198.51.100.0/24",
        destination_address_prefix: "*",
      },
    ]);
    const vnet = found.find(({ resource_type }) => resource_type === "azure:network:vnet");
    expect(vnet?.configuration).toEqual({
      provisioning_state: null,
      address_space: ["10.1.0.0/16", "fd00::/48"],
      subnets: [
        {
          name: "both",
          address_prefix: "10.1.0.0/24,fd00::/64",
          nsg_id: `${NETWORK}/networkSecurityGroups/several`,
        },
      ],
      ddos_protection_enabled: true,
    });
  });

  test("a synthetic account for files is not asked for a blob service", async () => {
    const { found, failures, requests } = await extractService("storage");
    expect(failures).toEqual([]);
    expect(found.map(({ configuration }) => [configuration["kind"], configuration["blob_properties"]])).toEqual([
      ["StorageV2", { delete_retention_policy: { enabled: true, days: 300 } }],
      ["FileStorage", null],
    ]);
    expect(requests.filter((line) => line.includes("/shares/"))).toEqual([]);
  });

  test("a synthetic server with many firewall rules counts all and shows ten", async () => {
    const { found } = await extractService("sql");
    const server = found.find(({ resource_type }) => resource_type === "azure:sql:sql-server");
    expect(server?.configuration["firewall_rules_count"]).toBe(12);
    expect(server?.configuration["firewall_rules"]).toHaveLength(10);
  });

  test("synthetic vaults keep what they say of soft deletion, and have Azure's defaults where they do not", async () => {
    const { found } = await extractService("keyvault", {
      "/providers/Microsoft.KeyVault/vaults": {
        value: [
          ...answers["/providers/Microsoft.KeyVault/vaults"].value,
          { id: `/subscriptions/${subscription}/resourceGroups/rg1/providers/Microsoft.KeyVault/vaults/silent` },
        ],
      },
    });
    expect(found.map(({ configuration }) => configuration)).toMatchObject([
      { enable_soft_delete: false, soft_delete_retention_in_days: 7 },
      { enable_soft_delete: true, soft_delete_retention_in_days: 90, sku: null, network_acls: null },
    ]);
  });

  test.for<[string, Record<string, unknown>[]]>([
    ["no properties", [{}]],
    ["null where objects belong", [{ properties: null, sku: null, tags: null, location: null }]],
    ["texts where lists and objects belong", [{ properties: "x", sku: "x", tags: "x" }]],
    ["objects where lists belong", [{ properties: { subnets: {}, securityRules: {}, agentPoolProfiles: {} } }]],
    ["nulls in lists", [{ properties: { subnets: [null], securityRules: [null], frontendIPConfigurations: [null] } }]],
  ])("synthetic resources with %s do not stop the others", async ([, hostile]) => {
    const lists = Object.keys(answers).filter((path) => path.startsWith("/providers/"));
    const changed = lists.map((path) => {
      const value = hostile.map((entry) => ({ ...entry, id: `/subscriptions/${subscription}${path}/odd` }));
      return [path, { value }];
    });
    const world = await openWorld({ answers: Object.fromEntries(changed) });
    const { found } = await extractAll(world);
    expect(found.filter(({ resource_id }) => resource_id.endsWith("/odd"))).toHaveLength(lists.length);
  });
});
