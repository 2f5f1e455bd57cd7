import { describe, expect, it } from "vitest";
import { armor } from "../../../src/connectors/clouds/gcp/services/armor.ts";
import { interconnect } from "../../../src/connectors/clouds/gcp/services/interconnect.ts";
import { loadbalancer } from "../../../src/connectors/clouds/gcp/services/loadbalancer.ts";
import { byType, extractFrom } from "../../support/gcp-answers.ts";

const PROJECT = "compute.googleapis.com/compute/v1/projects/p";
const LINK = "https://www.googleapis.com/compute/v1/projects/p";
const REGION = `${LINK}/regions/europe-west1`;

describe("armor (synthetic)", () => {
  it("names the rules of a policy after it, and keeps a regional policy apart from a global one", async () => {
    const rule = { priority: 2147483647, action: "allow", preview: false, description: "default" };
    const policy = { name: "edge", id: "7", fingerprint: "f=", labels: { team: "a" }, rules: [rule] };
    const { found, failures } = await extractFrom(armor, {
      [`${PROJECT}/aggregated/securityPolicies`]: {
        items: {
          global: { securityPolicies: [{ ...policy, selfLink: `${LINK}/global/securityPolicies/edge` }] },
          "regions/europe-west1": {
            securityPolicies: [{ ...policy, region: REGION, selfLink: `${REGION}/securityPolicies/edge` }],
          },
          "regions/us-central1": { warning: { code: "NO_RESULTS_ON_PAGE" } },
        },
      },
    });
    expect(failures).toEqual([]);
    const configuration = { name: "edge", id: "7", description: null, fingerprint: "f=", rules: [rule] };
    expect(byType(found, "gcp:armor:securitypolicy")).toEqual([
      {
        resource_id: "projects/p/global/securityPolicies/edge",
        region: "global",
        labels: { team: "a" },
        configuration,
      },
      {
        resource_id: "projects/p/regions/europe-west1/securityPolicies/edge",
        region: "europe-west1",
        labels: { team: "a" },
        configuration,
      },
    ]);
    const id = "projects/p/regions/europe-west1/securityPolicies/edge/rules/2147483647";
    expect(byType(found, "gcp:armor:securityrule")[1]).toEqual({
      resource_id: id,
      region: "europe-west1",
      labels: {},
      configuration: { name: "edge/2147483647", id, policy_name: "edge", ...rule },
    });
  });
});

describe("loadbalancer (synthetic)", () => {
  it("extracts target proxies of all five kinds", async () => {
    const proxy = (collection: string) => ({
      name: "front",
      id: "7",
      urlMap: `${LINK}/global/urlMaps/m`,
      selfLink: `${LINK}/global/${collection}/front`,
    });
    const everywhere = (collection: string) => ({ items: { global: { [collection]: [proxy(collection)] } } });
    const { found, failures } = await extractFrom(loadbalancer, {
      [`${PROJECT}/aggregated/urlMaps`]: { items: {} },
      [`${PROJECT}/aggregated/backendServices`]: {},
      [`${PROJECT}/aggregated/forwardingRules`]: {},
      [`${PROJECT}/aggregated/targetHttpProxies`]: everywhere("targetHttpProxies"),
      [`${PROJECT}/aggregated/targetHttpsProxies`]: everywhere("targetHttpsProxies"),
      [`${PROJECT}/aggregated/targetTcpProxies`]: everywhere("targetTcpProxies"),
      [`${PROJECT}/global/targetSslProxies`]: { items: [proxy("targetSslProxies")] },
      [`${PROJECT}/global/targetGrpcProxies`]: { items: [proxy("targetGrpcProxies")] },
    });
    expect(failures).toEqual([]);
    const proxies = byType(found, "gcp:loadbalancer:targetproxy");
    expect(proxies.map(({ resource_id }) => resource_id).toSorted()).toEqual(
      ["Grpc", "Http", "Https", "Ssl", "Tcp"].map((kind) => `projects/p/global/target${kind}Proxies/front`),
    );
    expect(proxies[0]?.configuration).toEqual({
      name: "front",
      id: "7",
      description: null,
      url_map: `${LINK}/global/urlMaps/m`,
      service: null,
    });
  });

  it("reads members whose names begin with capitals", async () => {
    const rule = { name: "front", id: "7", IPAddress: "192.0.2.1", portRange: "443-443", region: REGION };
    const { found } = await extractFrom(loadbalancer, {
      [`${PROJECT}/aggregated/forwardingRules`]: {
        items: {
          "regions/europe-west1": { forwardingRules: [{ ...rule, selfLink: `${REGION}/forwardingRules/front` }] },
        },
      },
    });
    expect(byType(found, "gcp:loadbalancer:forwardingrule")).toEqual([
      {
        resource_id: "projects/p/regions/europe-west1/forwardingRules/front",
        region: "europe-west1",
        labels: {},
        configuration: {
          name: "front",
          id: "7",
          description: null,
          ip_address: "192.0.2.1",
          port_range: "443-443",
          region: REGION,
        },
      },
    ]);
  });
});

describe("interconnect (synthetic)", () => {
  it("takes the address of a facility and the type of an attachment from members of other names", async () => {
    const { found } = await extractFrom(interconnect, {
      [`${PROJECT}/global/interconnectLocations`]: {
        items: [
          {
            name: "fra-zone1-58",
            id: "1",
            facilityProvider: "Equinix",
            address: "Kruppstrasse 121",
            availabilityZone: "zone1",
            selfLink: `${LINK}/global/interconnectLocations/fra-zone1-58`,
          },
        ],
      },
      [`${PROJECT}/aggregated/interconnectAttachments`]: {
        items: {
          "regions/europe-west1": {
            interconnectAttachments: [
              { name: "a", id: "2", type: "PARTNER", region: REGION, selfLink: `${REGION}/interconnectAttachments/a` },
            ],
          },
        },
      },
    });
    expect(byType(found, "gcp:interconnect:location")[0]?.configuration).toEqual({
      name: "fra-zone1-58",
      id: "1",
      description: null,
      facility_provider: "Equinix",
      facility_address: "Kruppstrasse 121",
      availability_zone: "zone1",
    });
    expect(byType(found, "gcp:interconnect:attachment")[0]).toMatchObject({
      region: "europe-west1",
      configuration: { attachment_type: "PARTNER", region: REGION, router: null },
    });
  });
});
