import { readFileSync } from "node:fs";
import { join } from "node:path";

type Json = Record<string, unknown>;

/** A call that Microsoft documents, and the example answers that it documents for it. */
interface Example {
  /** Path below the subscription; a name in braces stands for any part. */
  path: string;
  version: string;
  /** Below `test/fixtures/azure`; examples of several answers make one list. */
  files: readonly string[];
}

const FOLDER = join(import.meta.dirname, "../../fixtures/azure");
const VM = "/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/virtualMachines/{vmName}";
const ACCOUNT = "/resourceGroups/{resourceGroupName}/providers/Microsoft.Storage/storageAccounts/{accountName}";
const SERVER = "/resourceGroups/{resourceGroupName}/providers/Microsoft.Sql/servers/{serverName}";

const EXAMPLES: readonly Example[] = [
  { path: "", version: "2021-01-01", files: ["resources/2021-01-01/GetSubscription"] },
  {
    path: "/providers/Microsoft.Authorization/roleDefinitions",
    version: "2018-01-01-preview",
    files: ["authorization/2018-01-01-preview/GetRoleDefinitionAtScope"],
  },
  {
    path: "/providers/Microsoft.Authorization/roleAssignments",
    version: "2020-04-01-preview",
    files: ["authorization/2020-04-01-preview/GetAllRoleAssignments"],
  },
  {
    path: "/providers/Microsoft.Compute/virtualMachines",
    version: "2021-07-01",
    files: ["compute/2021-07-01/GetVirtualMachine"],
  },
  { path: `${VM}/instanceView`, version: "2021-07-01", files: ["compute/2021-07-01/GetVirtualMachineInstanceView"] },
  {
    path: "/providers/Microsoft.Compute/virtualMachineScaleSets",
    version: "2021-07-01",
    files: ["compute/2021-07-01/ListVirtualMachineScaleSetsInASubscriptionByLocation"],
  },
  {
    path: "/providers/Microsoft.Storage/storageAccounts",
    version: "2021-06-01",
    files: ["storage/2021-06-01/StorageAccountList"],
  },
  { path: `${ACCOUNT}/blobServices/default`, version: "2021-06-01", files: ["storage/2021-06-01/BlobServicesGet"] },
  {
    path: "/providers/Microsoft.Network/networkSecurityGroups",
    version: "2021-05-01",
    files: ["network/2021-05-01/NetworkSecurityGroupListAll", "network/2021-05-01/NetworkSecurityGroupGet"],
  },
  {
    path: "/providers/Microsoft.Network/virtualNetworks",
    version: "2021-05-01",
    files: ["network/2021-05-01/VirtualNetworkListAll"],
  },
  {
    path: "/providers/Microsoft.Network/loadBalancers",
    version: "2021-05-01",
    files: ["network/2021-05-01/LoadBalancerListAll"],
  },
  {
    path: "/providers/Microsoft.ContainerService/managedClusters",
    version: "2021-09-01",
    files: ["containerservice/2021-09-01/ManagedClustersList"],
  },
  {
    path: "/providers/Microsoft.KeyVault/vaults",
    version: "2019-09-01",
    files: ["keyvault/2019-09-01/listVaultBySubscription"],
  },
  {
    path: "/providers/Microsoft.Sql/servers",
    version: "2021-05-01-preview",
    files: ["sql/2021-05-01-preview/ServerList"],
  },
  {
    path: `${SERVER}/firewallRules`,
    version: "2021-05-01-preview",
    files: ["sql/2021-05-01-preview/FirewallRuleList"],
  },
  {
    path: `${SERVER}/databases`,
    version: "2017-10-01-preview",
    files: ["sql/2017-10-01-preview/ListDatabasesByServer"],
  },
  {
    path: "/providers/Microsoft.Web/serverfarms",
    version: "2021-02-01",
    files: ["web/2021-02-01/ListAppServicePlans"],
  },
  // Microsoft documents no example of these two: only a world's own answers fill them.
  { path: "/providers/Microsoft.Web/sites", version: "2021-02-01", files: [] },
  {
    path: "/resourceGroups/{resourceGroupName}/providers/Microsoft.Web/sites/{name}/config/web",
    version: "2021-02-01",
    files: [],
  },
];

interface Prepared {
  pattern: RegExp;
  version: string;
  body: string | null;
}

/** A documented call as it was asked. */
export interface Found {
  version: string;
  /** The example with the ids of what was asked for; null where there is none. */
  body: Json | null;
}

const prepared: readonly Prepared[] = EXAMPLES.map(({ path, version, files }) => ({
  pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`, "i"),
  version,
  body: bodyOf(path, files),
}));

/** Finds the documented call for a path below the subscription. */
export function findExample(subscription: string, path: string): Found | null {
  const example = prepared.find(({ pattern }) => pattern.test(path));
  if (!example) return null;
  const text = example.body?.replaceAll("{parent}", resourceOf(path)).replaceAll("{subscription}", subscription);
  return { version: example.version, body: text === undefined ? null : JSON.parse(text) };
}

/** The examples' answers as one, with `{subscription}` and, below a resource, `{parent}` in place of their own ids. */
function bodyOf(path: string, files: readonly string[]): string | null {
  const examples = files.map((file) => JSON.parse(readFileSync(join(FOLDER, `${file}.json`), "utf8")));
  const bodies: Json[] = examples.map(({ parameters, responses }) => {
    const text = JSON.stringify(responses["200"].body)
      .replaceAll(/\/subscriptions\/[^/"]+/g, "/subscriptions/{subscription}")
      .replaceAll(concrete(path, parameters) || "{parent}", "{parent}")
      .replaceAll(`"subscriptionId":"${parameters.subscriptionId}"`, '"subscriptionId":"{subscription}"');
    return JSON.parse(text);
  });
  const isList = /\/(providers\/[\w.]+\/\w+|firewallRules|databases)$/.test(path);
  if (isList) return JSON.stringify({ value: bodies.flatMap((entry) => entry["value"] ?? [entry]) });
  return bodies[0] ? JSON.stringify(bodies[0]) : null;
}

/** The resource of a path, with the names of the example. */
function concrete(path: string, parameters: Record<string, string>): string {
  return resourceOf(path).replaceAll(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? name);
}

/** The resource within which a path lies; empty for a collection of the subscription. */
function resourceOf(path: string): string {
  return path.startsWith("/resourceGroups/") ? path.split("/").slice(0, 7).join("/") : "";
}
