import { same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, resourceName } from "../names.ts";

const api = "pubsub.googleapis.com";

/** Topics and subscriptions (Pub/Sub API v1). */
export const pubsub: CloudService<GcpCall> = {
  service: "pubsub",
  description: "Extracts Pub/Sub topics and subscriptions",
  scope: "global",
  api,
  listings: [
    {
      name: "topics",
      call: ({ account }) => ({ api, path: `/v1/projects/${account}/topics`, query: { pageSize: 1000 } }),
      items: (body) => items(body["topics"]),
      resources: [
        {
          type: "topic",
          id: resourceName,
          labels: labelsOf,
          configuration: same("name labels kms_key_name message_retention_duration message_storage_policy"),
        },
      ],
    },
    {
      name: "subscriptions",
      call: ({ account }) => ({ api, path: `/v1/projects/${account}/subscriptions`, query: { pageSize: 1000 } }),
      items: (body) => items(body["subscriptions"]),
      resources: [
        {
          type: "subscription",
          id: resourceName,
          labels: labelsOf,
          configuration: {
            ...same("name topic labels ack_deadline_seconds message_retention_duration retain_acked_messages"),
            ...same("enable_message_ordering expiration_policy"),
          },
        },
      ],
    },
  ],
};
