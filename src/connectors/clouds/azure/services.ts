import type { CloudService } from "../service.ts";
import type { AzureCall } from "./client.ts";
import { authorization } from "./services/authorization.ts";
import { compute } from "./services/compute.ts";
import { containerservice } from "./services/containerservice.ts";
import { keyvault } from "./services/keyvault.ts";
import { network } from "./services/network.ts";
import { sql } from "./services/sql.ts";
import { storage } from "./services/storage.ts";
import { web } from "./services/web.ts";

/** Every service of Azure that is extracted; each is asked once for the whole subscription. */
export const azureServices: readonly CloudService<AzureCall>[] = [
  authorization,
  compute,
  containerservice,
  keyvault,
  network,
  sql,
  storage,
  web,
];
