/**
 * Resources with the properties that Microsoft's examples leave out, after the schemas of the same API versions. They
 * are synthesised, not recorded: tests over them say so.
 */
export const SITE = "/resourceGroups/rg1/providers/Microsoft.Web/sites";

const idOf = (subscription: string, type: string, name: string) =>
  `/subscriptions/${subscription}/resourceGroups/rg1/providers/${type}/${name}`;

const base = (subscription: string, type: string, name: string) => ({
  id: idOf(subscription, type, name),
  name,
  type,
  location: "West Europe",
  tags: { team: "data" },
});

const site = (subscription: string, name: string, kind: string) => ({
  ...base(subscription, "Microsoft.Web/sites", name),
  kind,
  properties: {
    state: "Running",
    enabled: true,
    httpsOnly: true,
    clientCertEnabled: false,
    serverFarmId: idOf(subscription, "Microsoft.Web/serverfarms", "plan"),
    provisioningState: "Succeeded",
    siteConfig: { linuxFxVersion: "", netFrameworkVersion: null },
  },
});

const runtimes = (linuxFxVersion: string) => ({
  linuxFxVersion,
  windowsFxVersion: "DOCKER|contoso/site:1",
  netFrameworkVersion: "v4.0",
  phpVersion: "8.2",
  pythonVersion: "3.11",
  nodeVersion: "20.9",
});

/** Answers by path below the subscription. */
export const syntheticAnswers = (subscription: string) => ({
  "/providers/Microsoft.Web/sites": {
    value: [
      site(subscription, "shop", "app,linux"),
      site(subscription, "jobs", "functionapp,linux"),
      site(subscription, "plain", "app"),
    ],
  },
  [`${SITE}/shop/config/web`]: { properties: runtimes("NODE|20-lts") },
  [`${SITE}/jobs/config/web`]: { properties: runtimes("PYTHON|3.11") },
  "/providers/Microsoft.Storage/storageAccounts": {
    value: [
      {
        ...base(subscription, "Microsoft.Storage/storageAccounts", "lake"),
        kind: "StorageV2",
        sku: { name: "Standard_ZRS", tier: "Standard" },
        properties: {
          accessTier: "Hot",
          allowBlobPublicAccess: false,
          minimumTlsVersion: "TLS1_2",
          supportsHttpsTrafficOnly: true,
          networkAcls: {
            defaultAction: "Deny",
            bypass: "AzureServices",
            ipRules: [{ value: "203.0.113.0/24", action: "Allow" }],
            virtualNetworkRules: [
              { id: idOf(subscription, "Microsoft.Network/virtualNetworks", "vnet/subnets/a"), action: "Allow" },
            ],
          },
        },
      },
      {
        ...base(subscription, "Microsoft.Storage/storageAccounts", "shares"),
        kind: "FileStorage",
        sku: { name: "Premium_LRS", tier: "Premium" },
        properties: {},
      },
    ],
  },
  "/providers/Microsoft.Network/networkSecurityGroups": {
    value: [
      {
        ...base(subscription, "Microsoft.Network/networkSecurityGroups", "several"),
        properties: {
          securityRules: [
            {
              name: "web",
              properties: {
                protocol: "Tcp",
                access: "Allow",
                priority: 100,
                direction: "Inbound",
                sourcePortRange: "*",
                destinationPortRanges: ["80", "443"],
                sourceAddressPrefixes: ["203.0.113.0/24", "198.51.100.0/24"],
                destinationAddressPrefix: "*",
              },
            },
          ],
        },
      },
    ],
  },
  "/providers/Microsoft.Network/virtualNetworks": {
    value: [
      {
        ...base(subscription, "Microsoft.Network/virtualNetworks", "vnet"),
        properties: {
          enableDdosProtection: true,
          addressSpace: { addressPrefixes: ["10.1.0.0/16", "fd00::/48"] },
          subnets: [
            {
              name: "both",
              properties: {
                addressPrefixes: ["10.1.0.0/24", "fd00::/64"],
                networkSecurityGroup: { id: idOf(subscription, "Microsoft.Network/networkSecurityGroups", "several") },
              },
            },
          ],
        },
      },
    ],
  },
  "/providers/Microsoft.Network/loadBalancers": {
    value: [
      {
        ...base(subscription, "Microsoft.Network/loadBalancers", "public"),
        sku: { name: "Standard", tier: "Regional" },
        properties: {
          frontendIPConfigurations: [
            {
              name: "front",
              properties: { publicIPAddress: { id: idOf(subscription, "Microsoft.Network/publicIPAddresses", "ip") } },
            },
          ],
        },
      },
    ],
  },
  "/providers/Microsoft.ContainerService/managedClusters": {
    value: [
      {
        ...base(subscription, "Microsoft.ContainerService/managedClusters", "aks"),
        properties: {
          agentPoolProfiles: [
            {
              name: "pool",
              mode: "System",
              enableAutoScaling: true,
              minCount: 1,
              maxCount: 5,
              enableNodePublicIP: false,
            },
          ],
          networkProfile: { networkPlugin: "azure", networkPolicy: "calico" },
          apiServerAccessProfile: { enablePrivateCluster: true, enablePrivateClusterPublicFQDN: false },
          addonProfiles: { azurepolicy: { enabled: true, config: { version: "v2" } }, omsagent: { enabled: false } },
        },
      },
    ],
  },
  "/providers/Microsoft.KeyVault/vaults": {
    value: [
      {
        ...base(subscription, "Microsoft.KeyVault/vaults", "closed"),
        properties: {
          sku: { family: "A", name: "standard" },
          enableSoftDelete: false,
          softDeleteRetentionInDays: 7,
          networkAcls: {
            defaultAction: "Deny",
            bypass: "None",
            ipRules: [{ value: "203.0.113.7/32" }],
            virtualNetworkRules: [
              {
                id: idOf(subscription, "Microsoft.Network/virtualNetworks", "vnet/subnets/a"),
                ignoreMissingVnetServiceEndpoint: true,
              },
            ],
          },
        },
      },
    ],
  },
  "/providers/Microsoft.Sql/servers": {
    value: [{ ...base(subscription, "Microsoft.Sql/servers", "db"), properties: { minimalTlsVersion: "1.2" } }],
  },
  "/resourceGroups/rg1/providers/Microsoft.Sql/servers/db/databases": {
    value: [
      {
        ...base(subscription, "Microsoft.Sql/servers", "db/databases/orders"),
        sku: { name: "GP_Gen5", tier: "GeneralPurpose", capacity: 2 },
        properties: { zoneRedundant: true },
      },
    ],
  },
  "/resourceGroups/rg1/providers/Microsoft.Sql/servers/db/firewallRules": {
    value: Array.from({ length: 12 }, (_, index) => ({
      name: `rule${index}`,
      properties: { startIpAddress: `203.0.113.${index}`, endIpAddress: `203.0.113.${index}` },
    })),
  },
});
