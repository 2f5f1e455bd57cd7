import { at, same } from "../../fields.ts";
import { items, text } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { labelsOf, resourceName } from "../names.ts";

const api = "dns.googleapis.com";

/** Zones and their records (Cloud DNS API v1). */
export const dns: CloudService<GcpCall> = {
  service: "dns",
  description: "Extracts Cloud DNS zones and record sets",
  scope: "global",
  api,
  listings: [
    {
      name: "managedZones",
      call: ({ account }) => ({
        api,
        path: `/dns/v1/projects/${account}/managedZones`,
        query: { maxResults: 1000 },
      }),
      items: ({ managedZones }) => items(managedZones),
      resources: [
        {
          type: "managedzone",
          id: (zone) => text(zone["id"]) ?? resourceName(zone),
          labels: labelsOf,
          configuration: same("name dns_name description name_servers visibility dnssec_config labels"),
        },
      ],
    },
    {
      name: "rrsets",
      of: { listing: "managedZones", carry: (zone) => ({ zone: resourceName(zone) }) },
      call: ({ account, parent }) => ({
        api,
        path: `/dns/v1/projects/${account}/managedZones/${String(parent["zone"])}/rrsets`,
        query: { maxResults: 1000 },
      }),
      items: ({ rrsets }) => items(rrsets),
      resources: [
        {
          type: "recordset",
          // One name has a set of every type, and a split-horizon zone the same names again.
          id: ({ name, type }, { parent }) => (text(name) ? `${String(parent["zone"])}/${name}/${type}` : null),
          configuration: {
            ...same("name"),
            zone_name: (_set, { parent }) => parent["zone"],
            record_type: at("type"),
            ...same("ttl rrdatas"),
          },
        },
      ],
    },
  ],
};
