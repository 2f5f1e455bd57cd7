import { beforeAll, describe, expect, test } from "vitest";
import { gcp } from "../../../src/connectors/clouds/gcp/index.ts";
import type { Found } from "../../../src/connectors/clouds/service.ts";
import { type Extracted, extractShard, shardOf } from "../../support/extract.ts";
import { openGcpWorld } from "../../support/gcp-server/client.ts";
import { METHODS } from "../../support/gcp-server/methods.ts";

const SHARD = shardOf("test-project", null);

/** Keys of the documented tables that no API of Google answers any more. */
const GONE = new Set(["web.create_time", "web.update_time", "oauth-client.create_time", "oauth-client.update_time"]);

const types = [...gcp.services.values()].flatMap(({ service, resource_types }) =>
  resource_types.map(({ type, fields }) => ({ service, type, fields, name: `gcp:${service}:${type}` })),
);

describe("synthetic answers, every property filled", () => {
  const extracted = new Map<string, Extracted>();
  let log: { requests: { method: string; path: string }[]; unknown: string[] };

  beforeAll(async () => {
    const world = await openGcpWorld({ answers: "synthetic" });
    const cloud = await world.open();
    for (const name of gcp.services.keys()) extracted.set(name, await extractShard(cloud, name, SHARD));
    log = await world.log();
  }, 60_000);

  test.for(types)("synthetic: $name has every key of its configuration", ({ service, type, fields, name }) => {
    const found = extracted.get(service)?.found.filter(({ resource_type }) => resource_type === name) ?? [];
    expect(found.length).toBeGreaterThan(0);
    for (const { configuration } of found) expect(Object.keys(configuration)).toEqual(fields);
    const empty = fields.filter((key) => found.every(({ configuration }) => configuration[key] === null));
    expect(empty.filter((key) => !GONE.has(`${type}.${key}`))).toEqual([]);
  });

  test.for([...gcp.services.keys()])("synthetic: %s lists every page, each resource once, without failures", (name) => {
    const { found, failures } = extracted.get(name) ?? { found: [], failures: ["was not extracted"] };
    expect(failures).toEqual([]);
    const ids = found.map(({ resource_type, resource_id }) => `${resource_type} ${resource_id}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(found.every(({ region }) => region === "global" || gcp.isRegion(region))).toBe(true);
  });

  test("every address, parameter and body is one that Google's discovery documents have", () => {
    expect(log.unknown).toEqual([]);
    const known = Object.entries(METHODS).flatMap(([api, methods]) => methods.map((method) => `${api}:${method}`));
    const called = new Set(log.requests.map(({ method }) => method));
    expect(known.filter((method) => !called.has(method))).toEqual(["cloudresourcemanager.v1:projects.get"]);
  });

  test("there are the 28 services, and no type twice", () => {
    expect(gcp.services.size).toBe(28);
    expect(new Set(types.map(({ name }) => name)).size).toBe(types.length);
  });
});

describe("recorded answers", () => {
  const extract = async (service: string) => extractShard(await (await openGcpWorld()).open(), service, SHARD);

  const find = ({ found }: Extracted, type: string): Found[] =>
    found.filter(({ resource_type }) => resource_type.endsWith(`:${type}`));

  test("an instance has its id, region, machine and network", async () => {
    const [instance, ...others] = find(await extract("compute"), "instance");
    expect(others).toHaveLength(1);
    expect(instance).toMatchObject({
      resource_type: "gcp:compute:instance",
      resource_id: "projects/project-abc/zones/europe-west2-b/instances/instance-1",
      region: "europe-west2",
      labels: {},
      configuration: {
        id: "1234",
        name: "instance-1",
        zone: "https://www.googleapis.com/compute/v1/projects/project-abc/zones/europe-west2-b",
        machine_type:
          "https://www.googleapis.com/compute/v1/projects/project-abc/zones/europe-west2-b/machineTypes/n1-standard-1",
        status: "RUNNING",
        creation_timestamp: "2018-02-16T10:42:04.362-08:00",
        network_interfaces: [
          {
            network: "https://www.googleapis.com/compute/v1/projects/project-abc/global/networks/default",
            subnetwork:
              "https://www.googleapis.com/compute/v1/projects/project-abc/regions/europe-west2/subnetworks/default",
            network_ip: "10.0.0.2",
            access_configs: [{ kind: "compute#accessConfig", natIP: "1.2.3.4" }],
          },
        ],
        disks: [
          {
            device_name: "instance-1",
            source: "https://www.googleapis.com/compute/v1/projects/project-abc/zones/europe-west2-b/disks/instance-1",
            boot: true,
            auto_delete: true,
            mode: "READ_WRITE",
          },
        ],
        labels: null,
      },
      raw: { cpuPlatform: "Intel Haswell" },
    });
  });

  test("a bucket whose policy may not be read is there without it, and the reason is named", async () => {
    const extracted = await extract("storage");
    expect(extracted.failures).toEqual([
      "storage.googleapis.com/storage/v1/b/bucket_name/iam: IAM_PERMISSION_DENIED - The caller does not have permission",
    ]);
    const [bucket] = extracted.found;
    expect(bucket).toMatchObject({
      resource_id: "bucket_name",
      region: "global",
      labels: { label_key_1: "label_value_1", label_key_2: "label_value_2" },
    });
    expect(bucket?.configuration).toEqual({
      name: "bucket_name",
      id: "bucket_name",
      self_link: "https://www.googleapis.com/storage/v1/b/bucket_name",
      location: "US",
      location_type: "multi-region",
      storage_class: "STANDARD",
      time_created: "some_time",
      updated: "some_time",
      versioning_enabled: false,
      labels: { label_key_1: "label_value_1", label_key_2: "label_value_2" },
      encryption: null,
      lifecycle_rules: null,
      cors: null,
      logging: null,
      website: null,
      public_access_prevention: { public_access_prevention: "inherited", uniform_bucket_level_access: false },
      iam_policy: null,
    });
  });

  test("a service account that is disabled says so", async () => {
    const accounts = find(await extract("iam"), "service-account");
    expect(accounts.map(({ configuration }) => configuration["disabled"])).toEqual([false, true]);
    expect(accounts[0]?.configuration).toEqual({
      resource_id: "projects/project-abc/serviceAccounts/service-account-1@project-abc.iam.gserviceaccount.com",
      name: "projects/project-abc/serviceAccounts/service-account-1@project-abc.iam.gserviceaccount.com",
      project_id: "project-abc",
      unique_id: "112233445566778899",
      email: "service-account-1@project-abc.iam.gserviceaccount.com",
      display_name: "Service Account 1",
      description: "Test service account 1",
      oauth2_client_id: "112233445566778899",
      disabled: false,
    });
  });

  test("networks, firewalls and forwarding rules are listed over several pages", async () => {
    const extracted = await extract("networking");
    expect(extracted.failures).toEqual([]);
    expect(find(extracted, "firewall").map(({ configuration }) => configuration["name"])).toHaveLength(5);
    expect(find(extracted, "subnetwork")).toMatchObject([
      {
        resource_id: "projects/project-abc/regions/europe-west2/subnetworks/default",
        region: "europe-west2",
        configuration: { ip_cidr_range: "10.0.0.0/20", private_ip_google_access: false },
      },
    ]);
    expect(find(extracted, "forwarding-rule")).toMatchObject(
      [1, 2, 3, 4].map(() => ({ configuration: { ip_address: expect.any(String), ip_protocol: "TCP" } })),
    );
  });

  test("a node pool knows its cluster and zone", async () => {
    const extracted = await extract("kubernetes");
    expect(find(extracted, "cluster")).toMatchObject([
      {
        resource_id: "projects/test-cluster/locations/europe-west2/clusters/test-cluster",
        region: "europe-west2",
        configuration: { current_master_version: "1.14.10-gke.27", services_ipv4_cidr: "0.0.0.0/15" },
      },
    ]);
    expect(find(extracted, "node-pool")).toMatchObject([
      { region: "europe-west2", configuration: { cluster: "test-cluster", zone: "europe-west2" } },
    ]);
  });

  test("tables are listed in each dataset, in its location", async () => {
    const extracted = await extract("bigquery");
    expect(find(extracted, "dataset").map(({ configuration }) => configuration)).toEqual([
      { dataset_id: "my_dataset", project: "test-project", full_name: "test-project:my_dataset" },
      { dataset_id: "other_dataset", project: "test-project", full_name: "test-project:other_dataset" },
    ]);
    expect(find(extracted, "table").map(({ resource_id }) => resource_id)).toEqual([
      "test-project:my_dataset.users",
      "test-project:my_dataset.user_view",
      "test-project:other_dataset.events",
    ]);
  });

  test("a table's granularity is asked for by its name", async () => {
    expect(find(await extract("bigtable"), "table")).toMatchObject([
      {
        configuration: {
          name: "projects/test-project/instances/carto-bt-instance/tables/carto-test-table",
          instance_name: "projects/test-project/instances/carto-bt-instance",
          granularity: "MILLIS",
        },
      },
    ]);
  });

  test("Cloud Run is asked in each of its locations", async () => {
    expect(find(await extract("run"), "service")).toMatchObject([
      {
        resource_id: "projects/test-project/locations/us-central1/services/test-service",
        region: "us-central1",
        labels: { env: "prod", team: "api" },
        configuration: { location: "us-central1", ingress: "INGRESS_TRAFFIC_ALL" },
      },
    ]);
  });

  test("record sets are listed in each zone", async () => {
    const extracted = await extract("dns");
    expect(find(extracted, "managedzone")).toHaveLength(2);
    expect(find(extracted, "recordset")[0]).toMatchObject({
      resource_id: "test-zone-1/a.zone-1.example.com./TXT",
      configuration: {
        name: "a.zone-1.example.com.",
        zone_name: "test-zone-1",
        record_type: "TXT",
        ttl: 300,
        rrdatas: ['"test=test"'],
      },
    });
  });
});

describe("a narrowed extraction", () => {
  test("asks only for builds of the status that is wanted (synthetic)", async () => {
    const world = await openGcpWorld({ answers: "synthetic" });
    await extractShard(await world.open(), "cloudbuild", { ...SHARD, filters: { status: ["FAILURE"] } });
    const lists = (await world.log()).requests.filter(({ method }) => method.endsWith("builds.list"));
    expect(lists.length).toBeGreaterThan(0);
    expect(lists.every(({ path }) => path.includes("filter=status%3D%22FAILURE%22"))).toBe(true);
  });

  test("asks regional APIs only in the regions that are wanted (synthetic)", async () => {
    const world = await openGcpWorld({ answers: "synthetic" });
    await extractShard(await world.open(), "dataproc", { ...SHARD, regions: ["europe-west1"] });
    const asked = (await world.log()).requests.flatMap(({ path }) => /\/regions\/([\w-]+)/.exec(path)?.[1] ?? []);
    expect(new Set(asked)).toEqual(new Set(["europe-west1"]));
  });
});
