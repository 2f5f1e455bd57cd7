import { at, same } from "../../fields.ts";
import { items, labelsFrom } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { resourceName } from "../names.ts";

const api = "monitoring.googleapis.com";

/** Alerts, whom they reach, and uptime checks (Cloud Monitoring API v3). */
export const monitoring: CloudService<GcpCall> = {
  service: "monitoring",
  description: "Extracts Cloud Monitoring alert policies, notification channels and uptime checks",
  scope: "global",
  api,
  listings: [
    {
      name: "alert-policies",
      call: ({ account }) => ({ api, path: `/v3/projects/${account}/alertPolicies`, query: { pageSize: 1000 } }),
      items: (body) => items(body["alertPolicies"]),
      resources: [
        {
          type: "alertpolicy",
          id: resourceName,
          labels: ({ userLabels }) => labelsFrom(userLabels),
          configuration: same("name display_name documentation conditions notification_channels enabled combiner"),
        },
      ],
    },
    {
      name: "notification-channels",
      call: ({ account }) => ({
        api,
        path: `/v3/projects/${account}/notificationChannels`,
        query: { pageSize: 1000 },
      }),
      items: (body) => items(body["notificationChannels"]),
      resources: [
        {
          type: "notificationchannel",
          id: resourceName,
          // Its `labels` are the channel's settings, such as an address; those that people give are `userLabels`.
          labels: ({ userLabels }) => labelsFrom(userLabels),
          configuration: {
            ...same("name display_name description"),
            channel_type: at("type"),
            ...same("labels verification_status enabled"),
          },
        },
      ],
    },
    {
      name: "uptime-checks",
      call: ({ account }) => ({ api, path: `/v3/projects/${account}/uptimeCheckConfigs`, query: { pageSize: 1000 } }),
      items: (body) => items(body["uptimeCheckConfigs"]),
      resources: [
        {
          type: "uptimecheckconfig",
          id: resourceName,
          labels: ({ userLabels }) => labelsFrom(userLabels),
          configuration: same("name display_name monitored_resource http_check tcp_check period timeout"),
        },
      ],
    },
  ],
};
