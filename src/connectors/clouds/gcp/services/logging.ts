import { same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { resourceName } from "../names.ts";

const api = "logging.googleapis.com";

/** What becomes of log entries (Cloud Logging API v2). */
export const logging: CloudService<GcpCall> = {
  service: "logging",
  description: "Extracts Cloud Logging sinks, log-based metrics and exclusions",
  scope: "global",
  api,
  listings: [
    {
      name: "sinks",
      call: ({ account }) => ({ api, path: `/v2/projects/${account}/sinks`, query: { pageSize: 1000 } }),
      items: (body) => items(body["sinks"]),
      resources: [
        {
          type: "sink",
          id: resourceName,
          configuration: same("name destination filter description disabled exclusions writer_identity"),
        },
      ],
    },
    {
      name: "metrics",
      call: ({ account }) => ({ api, path: `/v2/projects/${account}/metrics`, query: { pageSize: 1000 } }),
      items: (body) => items(body["metrics"]),
      resources: [
        {
          type: "metric",
          id: resourceName,
          configuration: same("name description filter metric_descriptor value_extractor bucket_options disabled"),
        },
      ],
    },
    {
      name: "exclusions",
      call: ({ account }) => ({ api, path: `/v2/projects/${account}/exclusions`, query: { pageSize: 1000 } }),
      items: (body) => items(body["exclusions"]),
      resources: [
        {
          type: "exclusion",
          id: resourceName,
          configuration: same("name description filter disabled create_time update_time"),
        },
      ],
    },
  ],
};
