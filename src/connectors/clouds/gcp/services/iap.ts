import { REDACTED } from "../../artifact.ts";
import { at, same } from "../../fields.ts";
import { asItem, items, type Item, text } from "../../json.ts";
import type { CloudService } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { aggregated, lastPart, partAfter, regionInName, regionOf, resourceName } from "../names.ts";
import { policyDetail } from "../policy.ts";

const api = "iap.googleapis.com";
const TUNNEL_USER = "roles/iap.tunnelResourceAccessor";

const policy = policyDetail(api, (item) => `/v1/${resourceName(item)}`);

/** Google answers clients with their secret; that there is one is all that may be kept. */
const withoutSecret = (client: Item): Item => ({ ...client, secret: text(client["secret"]) && REDACTED });

/** Whether the tunnel's own policy lets anybody through; grants of the project are not in it. */
const isGranted = (tunnel: Item): boolean =>
  items(asItem(tunnel["policy"])["bindings"]).some(
    ({ role, members }) => role === TUNNEL_USER && Array.isArray(members) && members.length > 0,
  );

/** Consent screens, their OAuth clients and TCP tunnels (Identity-Aware Proxy API v1). */
export const iap: CloudService<GcpCall> = {
  service: "iap",
  description: "Extracts Identity-Aware Proxy brands, OAuth clients and tunnels",
  scope: "global",
  api,
  listings: [
    {
      name: "brands",
      call: ({ account }) => ({ api, path: `/v1/projects/${account}/brands` }),
      items: (body) => items(body["brands"]),
      details: {
        clients: {
          call: ([brand]) =>
            brand
              ? { api, path: `/v1/${resourceName(brand)}/identityAwareProxyClients`, query: { pageSize: 1000 } }
              : null,
          entries: (body) => items(body["identityAwareProxyClients"]).map(withoutSecret),
        },
      },
      resources: [
        {
          type: "web",
          id: resourceName,
          configuration: {
            ...same("name"),
            display_name: at("applicationTitle"),
            secret: ({ clients }) => items(clients).find(({ secret }) => text(secret))?.["secret"],
            ...same("create_time update_time"),
          },
        },
        {
          type: "oauth-client",
          each: ({ clients }) => items(clients),
          id: resourceName,
          configuration: {
            ...same("name display_name"),
            client_id: ({ name }) => lastPart(name),
            ...same("create_time update_time"),
          },
        },
      ],
    },
    {
      name: "tunnel-destinations",
      call: ({ account }) => ({
        api,
        path: `/v1/projects/${account}/iap_tunnel/locations/-/destGroups`,
        query: { pageSize: 100 },
      }),
      items: (body) => items(body["tunnelDestGroups"]),
      details: { policy },
      resources: [
        {
          type: "tunnel",
          id: resourceName,
          region: regionInName,
          configuration: { ...same("name zone instance_id"), enabled: isGranted, ...same("service_account") },
        },
      ],
    },
    {
      name: "tunnel-instances",
      call: ({ account }) => ({
        api: "compute.googleapis.com",
        path: `/compute/v1/projects/${account}/aggregated/instances`,
        query: { maxResults: 100 },
      }),
      absent: ["SERVICE_DISABLED", "accessNotConfigured"],
      // An instance's other fields belong to the service `compute`.
      items: (body, { account }) =>
        aggregated(body, "instances").map(({ id, zone, serviceAccounts }) => ({
          name: `projects/${account}/iap_tunnel/zones/${lastPart(zone)}/instances/${String(id)}`,
          instanceId: id,
          zone,
          serviceAccount: items(serviceAccounts)[0]?.["email"],
        })),
      details: { policy },
      resources: [
        {
          type: "tunnel",
          when: (tunnel) => items(asItem(tunnel["policy"])["bindings"]).length > 0,
          id: resourceName,
          region: ({ zone }) => regionOf(zone),
          configuration: {
            ...same("name"),
            zone: ({ name }) => partAfter(name, "zones"),
            ...same("instance_id"),
            enabled: isGranted,
            ...same("service_account"),
          },
        },
      ],
    },
  ],
};
