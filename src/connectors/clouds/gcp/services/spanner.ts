import { GLOBAL_REGION } from "../../artifact.ts";
import { same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, lastPart, regionOf, resourceName } from "../names.ts";

const api = "spanner.googleapis.com";

/** Regional configurations are named after their region; all others, such as `nam-eur-asia1`, span several. */
const regionOfConfig = (config: unknown): string => {
  const name = lastPart(config);
  return name?.startsWith("regional-") ? regionOf(name.slice("regional-".length)) : GLOBAL_REGION;
};

/** Instances and their databases (Cloud Spanner API v1). */
export const spanner: CloudService<GcpCall> = {
  service: "spanner",
  description: "Extracts Spanner instances and databases",
  scope: "global",
  api,
  listings: [
    {
      name: "instances",
      call: ({ account }) => ({ api, path: `/v1/projects/${account}/instances`, query: { pageSize: 1000 } }),
      items: (body) => items(body["instances"]),
      resources: [
        {
          type: "instance",
          id: resourceName,
          region: ({ config }) => regionOfConfig(config),
          labels: labelsOf,
          configuration: same("name display_name node_count config state labels processing_units"),
        },
      ],
    },
    {
      name: "databases",
      of: { listing: "instances", carry: ({ name, config }) => ({ name, config }) },
      call: ({ parent }) => ({ api, path: `/v1/${resourceName(parent)}/databases`, query: { pageSize: 1000 } }),
      items: (body) => items(body["databases"]),
      resources: [
        {
          type: "database",
          id: resourceName,
          region: (_database, { parent }) => regionOfConfig(parent["config"]),
          configuration: {
            ...same("name"),
            instance_name: (_database, { parent }) => parent["name"],
            ...same("state create_time restore_info encryption_config version_retention_period"),
            ...same("earliest_version_time default_leader"),
          },
        },
      ],
    },
  ],
};
