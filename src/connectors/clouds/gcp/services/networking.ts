import { same } from "../../fields.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { aggregatedList, COMPUTE, computeIdentity, globalList } from "../compute-list.ts";
import { labelsOf } from "../names.ts";

const targetProxy: ResourceType = {
  ...computeIdentity,
  type: "target-proxy",
  configuration: same("name self_link description url_map"),
};

/** Networks and what routes traffic in them (Compute Engine API v1). */
export const networking: CloudService<GcpCall> = {
  service: "networking",
  description: "Extracts VPC networks, subnetworks, firewalls and load balancing components",
  scope: "global",
  api: COMPUTE,
  listings: [
    globalList("networks", {
      ...computeIdentity,
      type: "network",
      configuration: same("name self_link description auto_create_subnetworks routing_config subnetworks peerings"),
    }),
    aggregatedList("subnetworks", {
      ...computeIdentity,
      type: "subnetwork",
      configuration: same(
        "name self_link region network ip_cidr_range description private_ip_google_access secondary_ip_ranges purpose",
      ),
    }),
    globalList("firewalls", {
      ...computeIdentity,
      type: "firewall",
      configuration: same(
        "name self_link description network priority direction source_ranges destination_ranges source_tags target_tags " +
          "source_service_accounts target_service_accounts allowed denied disabled",
      ),
    }),
    aggregatedList("backendServices", {
      ...computeIdentity,
      type: "backend-service",
      configuration: same(
        "name self_link region description protocol port port_name timeout_sec backends health_checks session_affinity " +
          "affinity_cookie_ttl_sec load_balancing_scheme",
      ),
    }),
    aggregatedList("urlMaps", {
      ...computeIdentity,
      type: "url-map",
      configuration: same("name self_link description default_service host_rules path_matchers"),
    }),
    aggregatedList("targetHttpProxies", targetProxy),
    aggregatedList("targetHttpsProxies", targetProxy),
    aggregatedList("targetTcpProxies", targetProxy),
    globalList("targetSslProxies", targetProxy),
    globalList("targetGrpcProxies", targetProxy),
    aggregatedList("forwardingRules", {
      ...computeIdentity,
      type: "forwarding-rule",
      labels: labelsOf,
      configuration: same(
        "name self_link region description ip_address ip_protocol port_range target load_balancing_scheme network " +
          "subnetwork",
      ),
    }),
  ],
};
