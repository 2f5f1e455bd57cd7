import { describe, expect, it } from "vitest";
import { stepsOf } from "../../../src/connectors/clouds/cloud.ts";
import type { GcpCall } from "../../../src/connectors/clouds/gcp/client.ts";
import { iap } from "../../../src/connectors/clouds/gcp/services/iap.ts";
import { resourcemanager } from "../../../src/connectors/clouds/gcp/services/resourcemanager.ts";
import { slowDown } from "../../../src/connectors/clouds/errors.ts";
import { shardOf } from "../../support/extract.ts";
import { byType, extractFrom, refusal } from "../../support/gcp-answers.ts";

const IAP = "iap.googleapis.com/v1";
const BRAND = "projects/7/brands/7";
const CLIENTS = `${BRAND}/identityAwareProxyClients`;
const INSTANCES = "compute.googleapis.com/compute/v1/projects/p/aggregated/instances";
const granted = { bindings: [{ role: "roles/iap.tunnelResourceAccessor", members: ["group:ops@example.org"] }] };

const nothing = {
  [`${IAP}/projects/p/brands`]: {},
  [`${IAP}/projects/p/iap_tunnel/locations/-/destGroups`]: {},
  [INSTANCES]: {},
};

describe("iap (synthetic)", () => {
  it("says that a client has a secret but not which", async () => {
    const { found, failures } = await extractFrom(iap, {
      ...nothing,
      [`${IAP}/projects/p/brands`]: {
        brands: [{ name: BRAND, applicationTitle: "Intranet", supportEmail: "a@b.test" }],
      },
      [`${IAP}/${CLIENTS}`]: {
        identityAwareProxyClients: [
          { name: `${CLIENTS}/1.apps.googleusercontent.com`, displayName: "web", secret: "planted" },
          { name: `${CLIENTS}/2.apps.googleusercontent.com`, displayName: "old" },
        ],
      },
    });
    expect(failures).toEqual([]);
    expect(JSON.stringify(found)).not.toContain("planted");
    expect(byType(found, "gcp:iap:web")).toEqual([
      {
        resource_id: BRAND,
        region: "global",
        labels: {},
        configuration: {
          name: BRAND,
          display_name: "Intranet",
          secret: "[redacted]",
          create_time: null,
          update_time: null,
        },
      },
    ]);
    expect(byType(found, "gcp:iap:oauth-client").map(({ configuration }) => configuration)).toEqual([
      {
        name: `${CLIENTS}/1.apps.googleusercontent.com`,
        display_name: "web",
        client_id: "1.apps.googleusercontent.com",
        create_time: null,
        update_time: null,
      },
      {
        name: `${CLIENTS}/2.apps.googleusercontent.com`,
        display_name: "old",
        client_id: "2.apps.googleusercontent.com",
        create_time: null,
        update_time: null,
      },
    ]);
  });

  it("keeps no secret in what is left to do when it must slow down", async () => {
    const client = {
      async send({ path }: GcpCall) {
        if (path.endsWith("/brands"))
          return { body: { brands: [{ name: BRAND }, { name: "projects/7/brands/8" }] }, next: null };
        if (path.includes("/brands/8/")) throw slowDown(path, null);
        return { body: { identityAwareProxyClients: [{ name: "c", secret: "planted" }] }, next: null };
      },
    };
    const shard = shardOf("p", null);
    const { step } = stepsOf("gcp", [iap], client);
    const brands = await step("iap", { listing: "brands", parent: {}, token: null }, shard);
    const steps = await Promise.all(brands.next.map((task) => step("iap", task, shard)));
    expect(steps.some(({ fault }) => fault !== undefined)).toBe(true);
    expect(JSON.stringify([...brands.next, ...steps.flatMap(({ next }) => next)])).not.toContain("planted");
  });

  it("extracts destination groups, and of instances those that have a policy of their own", async () => {
    const group = "projects/7/iap_tunnel/locations/europe-west1/destGroups/db";
    const instance = (id: string) => ({
      id,
      zone: "https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b",
      serviceAccounts: [{ email: "vm@p.iam.gserviceaccount.com" }],
      metadata: { items: [{ key: "startup-script", value: "planted" }] },
    });
    const tunnel = (id: string) => `projects/p/iap_tunnel/zones/europe-west1-b/instances/${id}`;
    const { found, failures, calls } = await extractFrom(iap, {
      ...nothing,
      [`${IAP}/projects/p/iap_tunnel/locations/-/destGroups`]: {
        tunnelDestGroups: [{ name: group, cidrs: ["10.0.0.0/8"] }],
      },
      [INSTANCES]: { items: { "zones/europe-west1-b": { instances: [instance("1"), instance("2")] } } },
      [`${IAP}/${group}:getIamPolicy`]: { etag: "ACAB" },
      [`${IAP}/${tunnel("1")}:getIamPolicy`]: granted,
      [`${IAP}/${tunnel("2")}:getIamPolicy`]: { etag: "ACAB" },
    });
    expect(failures).toEqual([]);
    expect(JSON.stringify(found)).not.toContain("planted");
    expect(byType(found, "gcp:iap:tunnel")).toEqual([
      {
        resource_id: group,
        region: "europe-west1",
        labels: {},
        configuration: { name: group, zone: null, instance_id: null, enabled: false, service_account: null },
      },
      {
        resource_id: tunnel("1"),
        region: "europe-west1",
        labels: {},
        configuration: {
          name: tunnel("1"),
          zone: "europe-west1-b",
          instance_id: "1",
          enabled: true,
          service_account: "vm@p.iam.gserviceaccount.com",
        },
      },
    ]);
    expect(calls.filter(({ path }) => path.endsWith(":getIamPolicy")).map(({ method }) => method)).toEqual([
      "POST",
      "POST",
      "POST",
    ]);
  });

  it("takes a project without Compute Engine for one without instances, but names a refusal", async () => {
    const off = await extractFrom(iap, { ...nothing, [INSTANCES]: refusal(403, "SERVICE_DISABLED") });
    expect(off.failures).toEqual([]);
    const denied = await extractFrom(iap, { ...nothing, [INSTANCES]: refusal(403, "PERMISSION_DENIED") });
    expect(denied.failures).toEqual(["call: PERMISSION_DENIED - refused"]);
  });
});

describe("resourcemanager (synthetic)", () => {
  const API = "cloudresourcemanager.googleapis.com/v3";
  const policy = { version: 3, etag: "BwX=", bindings: [{ role: "roles/owner", members: ["user:a@example.org"] }] };
  const project = {
    name: "projects/7",
    projectId: "p",
    displayName: "Production",
    state: "ACTIVE",
    parent: "folders/1",
    createTime: "2024-05-06T07:08:09Z",
    updateTime: "2024-05-06T07:08:09Z",
    labels: { env: "prod" },
  };
  const answers = {
    [`${API}/organizations:search`]: {},
    [`${API}/folders:search`]: { folders: [{ name: "folders/1", displayName: "Live", state: "ACTIVE" }] },
    [`${API}/folders/1:getIamPolicy`]: refusal(403, "PERMISSION_DENIED"),
    [`${API}/projects:search`]: { projects: [project] },
    [`${API}/projects/7:getIamPolicy`]: policy,
  };

  it("extracts a project and its policy as two resources", async () => {
    const { found } = await extractFrom(resourcemanager, answers);
    const extracted = found.find(({ resource_type }) => resource_type === "gcp:resourcemanager:project");
    expect(extracted).toEqual({
      resource_type: "gcp:resourcemanager:project",
      resource_id: "projects/7",
      region: "global",
      resource_group: null,
      labels: { env: "prod" },
      configuration: {
        name: "projects/7",
        display_name: "Production",
        create_time: project.createTime,
        update_time: project.updateTime,
        state: "ACTIVE",
        parent: "folders/1",
        project_id: "p",
        project_number: "7",
        labels: { env: "prod" },
      },
      raw: project,
    });
    expect(byType(found, "gcp:resourcemanager:project-iam-policy")).toEqual([
      {
        resource_id: "projects/7/iamPolicy",
        region: "global",
        labels: {},
        configuration: { name: "projects/7/iamPolicy", resource_name: "projects/7", ...policy },
      },
    ]);
  });

  it("keeps a folder whose policy is denied, and names the refusal", async () => {
    const { found, failures } = await extractFrom(resourcemanager, answers);
    expect(failures).toEqual(["call: PERMISSION_DENIED - refused"]);
    expect(byType(found, "gcp:resourcemanager:folder").map(({ resource_id }) => resource_id)).toEqual(["folders/1"]);
    expect(byType(found, "gcp:resourcemanager:folder-iam-policy")).toEqual([]);
  });

  it("asks for conditions in policies", async () => {
    const { calls } = await extractFrom(resourcemanager, answers);
    expect(calls.find(({ path }) => path === "/v3/projects/7:getIamPolicy")).toMatchObject({
      method: "POST",
      body: { options: { requestedPolicyVersion: 3 } },
    });
  });
});
