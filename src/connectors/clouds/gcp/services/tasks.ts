import { at, same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { locationsOf } from "../locations.ts";
import { locationIn, regionInName, resourceName } from "../names.ts";

const api = "cloudtasks.googleapis.com";

/** Queues and what waits in them, asked for location by location (Cloud Tasks API v2). */
export const tasks: CloudService<GcpCall> = {
  service: "tasks",
  description: "Extracts Cloud Tasks queues and the tasks in them",
  scope: "global",
  api,
  listings: [
    locationsOf(api, "v2"),
    {
      name: "queues",
      of: { listing: "locations", carry: ({ locationId }) => ({ locationId }) },
      call: ({ account, parent }) => ({
        api,
        path: `/v2/projects/${account}/locations/${String(parent["locationId"])}/queues`,
        query: { pageSize: 1000 },
      }),
      items: (body) => items(body["queues"]),
      resources: [
        {
          type: "queue",
          id: resourceName,
          region: regionInName,
          configuration: { ...same("name state rate_limits retry_config"), location: locationIn },
        },
      ],
    },
    {
      name: "tasks",
      of: { listing: "queues", carry: ({ name }) => ({ name }) },
      call: ({ parent }) => ({
        api,
        path: `/v2/${resourceName(parent)}/tasks`,
        // The full view holds bodies and headers, which carry secrets.
        query: { pageSize: 1000, responseView: "BASIC" },
      }),
      items: (body) => items(body["tasks"]),
      resources: [
        {
          type: "task",
          id: resourceName,
          region: regionInName,
          configuration: {
            ...same("name"),
            queue_name: (_task, { parent }) => parent["name"],
            ...same("schedule_time create_time"),
            status: at("lastAttempt.responseStatus"),
            location: locationIn,
          },
        },
      ],
    },
  ],
};
