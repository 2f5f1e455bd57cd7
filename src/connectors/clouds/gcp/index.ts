import type { Cloud, CloudIo, OpenCloud } from "../cloud.ts";
import { describeServices, stepsOf } from "../cloud.ts";
import { CloudRefusal } from "../errors.ts";
import { type Item, text } from "../json.ts";
import { callGoogle, createGcpClient } from "./client.ts";
import { isRegion } from "./names.ts";
import { credentialsSchema, readServiceAccount } from "./service-account.ts";
import { services } from "./services.ts";
import { createBearer, importKey } from "./token.ts";

const SWITCH_TIMEOUT_MS = 5000;

/** Google Cloud: service accounts, one project each, services asked once for all regions. */
export const gcp: Cloud = {
  provider: "gcp",
  services: describeServices("gcp", services),
  credentials: credentialsSchema,
  shown: ["client_email"],
  // A project id, which may be within a domain.
  isAccount: (account) => /^([a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(account),
  isRegion,
  async open(account, credentials, io) {
    const serviceAccount = readServiceAccount(credentials);
    const bearer = createBearer(io, serviceAccount, await importKey(serviceAccount));
    return openProject(account, io, bearer);
  },
};

function openProject(project: string, io: CloudIo, bearer: () => Promise<string>): OpenCloud {
  const client = createGcpClient(io, bearer);
  return {
    ...stepsOf("gcp", services, client, ({ api }) => isSwitchedOn(io, bearer, project, api)),
    async account() {
      const call = { api: "cloudresourcemanager.googleapis.com", path: `/v1/projects/${project}` };
      const headers = { Authorization: `Bearer ${await bearer()}` };
      const body = await callGoogle(io, call, headers).catch((error: unknown): Item => {
        // The permission to read a project itself is not needed for reading its resources.
        if (error instanceof CloudRefusal) return {};
        throw error;
      });
      return text(body["projectId"]) ?? project;
    },
    regions: async () => [],
  };
}

/** Asks Service Usage whether an API is switched on; where it does not say so in time, the API itself will. */
async function isSwitchedOn(io: CloudIo, bearer: () => Promise<string>, project: string, api?: string) {
  if (api === undefined) return true;
  const call = { api: "serviceusage.googleapis.com", path: `/v1/projects/${project}/services/${api}` };
  const headers = { Authorization: `Bearer ${await bearer()}` };
  const answer = await callGoogle(io, call, headers, { signal: AbortSignal.timeout(SWITCH_TIMEOUT_MS) }).catch(
    () => null,
  );
  return answer?.["state"] !== "DISABLED";
}
