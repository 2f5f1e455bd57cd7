import { at, same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, locationIn, regionInName, resourceName } from "../names.ts";

const api = "file.googleapis.com";
const everywhere = (account: string) => `/v1/projects/${account}/locations/-`;

/** File servers and their backups (Cloud Filestore API v1). */
export const filestore: CloudService<GcpCall> = {
  service: "filestore",
  description: "Extracts Filestore instances and backups",
  scope: "global",
  api,
  listings: [
    {
      name: "instances",
      call: ({ account }) => ({ api, path: `${everywhere(account)}/instances`, query: { pageSize: 1000 } }),
      items: (body) => items(body["instances"]),
      resources: [
        {
          type: "instance",
          id: resourceName,
          region: regionInName,
          labels: labelsOf,
          configuration: {
            ...same("name state create_time tier labels file_shares networks"),
            location: locationIn,
          },
        },
      ],
    },
    {
      name: "backups",
      call: ({ account }) => ({ api, path: `${everywhere(account)}/backups`, query: { pageSize: 1000 } }),
      items: (body) => items(body["backups"]),
      resources: [
        {
          type: "backup",
          id: resourceName,
          region: regionInName,
          labels: labelsOf,
          configuration: {
            ...same("name state create_time source_instance source_file_share"),
            size_gb: at("capacityGb"),
            ...same("labels"),
            location: locationIn,
          },
        },
      ],
    },
  ],
};
