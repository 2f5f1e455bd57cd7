import { same } from "../../fields.ts";
import { items } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { locationsOf } from "../locations.ts";
import { labelsOf, locationIn, regionInName, resourceName } from "../names.ts";

const api = "run.googleapis.com";

/** Services of Cloud Run (Admin API v2). */
export const run: CloudService<GcpCall> = {
  service: "run",
  description: "Extracts Cloud Run services",
  scope: "global",
  api,
  listings: [
    // Version 2 takes no `-` for all locations and cannot list them; version 1 can.
    locationsOf(api, "v1"),
    {
      name: "services",
      of: { listing: "locations", carry: ({ locationId }) => ({ locationId }) },
      call: ({ account, parent }) => ({
        api,
        path: `/v2/projects/${account}/locations/${String(parent["locationId"])}/services`,
        query: { pageSize: 1000 },
      }),
      items: ({ services }) => items(services),
      resources: [
        {
          type: "service",
          id: resourceName,
          region: regionInName,
          labels: labelsOf,
          configuration: {
            ...same("name"),
            location: locationIn,
            ...same("description ingress uri creator last_modifier client binary_authorization"),
          },
        },
      ],
    },
  ],
};
