import { at, same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, locationIn, regionInName, resourceName } from "../names.ts";

const api = "redis.googleapis.com";

/** Redis instances (Memorystore for Redis API v1). */
export const memorystore: CloudService<GcpCall> = {
  service: "memorystore",
  description: "Extracts Memorystore for Redis instances",
  scope: "global",
  api,
  listings: [
    {
      name: "instances",
      call: ({ account }) => ({
        api,
        path: `/v1/projects/${account}/locations/-/instances`,
        query: { pageSize: 1000 },
      }),
      items: (body) => items(body["instances"]),
      resources: [
        {
          type: "instance",
          id: resourceName,
          region: regionInName,
          labels: labelsOf,
          configuration: {
            ...same("name display_name host port current_location_id redis_version redis_configs tier memory_size_gb"),
            ...same("authorized_network"),
            persistence_mode: at("persistenceConfig.persistenceMode"),
            ...same("state status_message create_time labels"),
            location: locationIn,
          },
        },
      ],
    },
  ],
};
