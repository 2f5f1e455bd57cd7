import { same } from "../../fields.ts";
import type { CloudService, ResourceType } from "../../service.ts";
import type { GcpCall } from "../client.ts";
import { aggregatedList, COMPUTE, computeIdentity, globalList } from "../compute-list.ts";
import { labelsOf } from "../names.ts";

const targetProxy: ResourceType = {
  ...computeIdentity,
  type: "targetproxy",
  configuration: same("name id description url_map service"),
};

/** What load balancers are made of, global and regional (Compute Engine API v1). */
export const loadbalancer: CloudService<GcpCall> = {
  service: "loadbalancer",
  description: "Extracts load balancers: URL maps, backend services, target proxies and forwarding rules",
  scope: "global",
  api: COMPUTE,
  listings: [
    aggregatedList("urlMaps", {
      ...computeIdentity,
      type: "urlmap",
      configuration: same("name id description host_rules default_service"),
    }),
    aggregatedList("backendServices", {
      ...computeIdentity,
      type: "backendservice",
      configuration: same("name id description protocol timeout_sec"),
    }),
    aggregatedList("targetHttpProxies", targetProxy),
    aggregatedList("targetHttpsProxies", targetProxy),
    aggregatedList("targetTcpProxies", targetProxy),
    globalList("targetSslProxies", targetProxy),
    globalList("targetGrpcProxies", targetProxy),
    aggregatedList("forwardingRules", {
      ...computeIdentity,
      type: "forwardingrule",
      labels: labelsOf,
      configuration: same("name id description ip_address port_range region"),
    }),
  ],
};
