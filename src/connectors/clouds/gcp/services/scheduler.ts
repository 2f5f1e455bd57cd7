import { at, same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { locationsOf } from "../locations.ts";
import { locationIn, regionInName, resourceName } from "../names.ts";

const api = "cloudscheduler.googleapis.com";

/** Cron jobs, asked for location by location (Cloud Scheduler API v1). */
export const scheduler: CloudService<GcpCall> = {
  service: "scheduler",
  description: "Extracts Cloud Scheduler jobs",
  scope: "global",
  api,
  listings: [
    locationsOf(api, "v1"),
    {
      name: "jobs",
      of: { listing: "locations", carry: ({ locationId }) => ({ locationId }) },
      call: ({ account, parent }) => ({
        api,
        path: `/v1/projects/${account}/locations/${String(parent["locationId"])}/jobs`,
        query: { pageSize: 500 },
      }),
      items: (body) => items(body["jobs"]),
      resources: [
        {
          type: "job",
          id: resourceName,
          region: regionInName,
          configuration: {
            ...same("name description schedule time_zone state attempt_deadline"),
            retry_count: at("retryConfig.retryCount"),
            max_retry_duration: at("retryConfig.maxRetryDuration"),
            min_backoff: at("retryConfig.minBackoffDuration"),
            max_backoff: at("retryConfig.maxBackoffDuration"),
            location: locationIn,
          },
        },
      ],
    },
  ],
};
