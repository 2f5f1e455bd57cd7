import type { CloudEndpoints } from "../cloud.ts";

/** Microsoft's clouds: where resources are managed, and who gives out tokens for that. */
const PUBLIC_CLOUD = { manager: "https://management.azure.com", authority: "https://login.microsoftonline.com" };
const SOVEREIGN_CLOUDS = [
  { manager: "https://management.usgovcloudapi.net", authority: "https://login.microsoftonline.us" },
  { manager: "https://management.chinacloudapi.cn", authority: "https://login.chinacloudapi.cn" },
];

export interface AzureEndpoints {
  /** Base URL of Azure Resource Manager, without a slash at its end. */
  manager: string;
  /** Base URL of the token endpoint, without a slash at its end. */
  authority: string;
  /** What the token is asked for. */
  token_scope: string;
}

/** Base URLs as configured; a sovereign manager brings its own authority, any other host is a proxy of the public cloud. */
export function azureEndpoints({ AZURE_ENDPOINT_URL, AZURE_AUTHORITY_URL }: CloudEndpoints): AzureEndpoints {
  const configured = withoutSlash(AZURE_ENDPOINT_URL);
  const cloud = SOVEREIGN_CLOUDS.find(({ manager }) => manager === configured) ?? PUBLIC_CLOUD;
  return {
    manager: configured || cloud.manager,
    authority: withoutSlash(AZURE_AUTHORITY_URL) || cloud.authority,
    token_scope: `${cloud.manager}/.default`,
  };
}

const withoutSlash = (url: string) => url.replace(/\/+$/, "");
