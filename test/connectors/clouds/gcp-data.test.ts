import { describe, expect, it } from "vitest";
import { stepsOf } from "../../../src/connectors/clouds/cloud.ts";
import { createGcpClient } from "../../../src/connectors/clouds/gcp/client.ts";
import { filestore } from "../../../src/connectors/clouds/gcp/services/filestore.ts";
import { firestore } from "../../../src/connectors/clouds/gcp/services/firestore.ts";
import { memorystore } from "../../../src/connectors/clouds/gcp/services/memorystore.ts";
import { spanner } from "../../../src/connectors/clouds/gcp/services/spanner.ts";
import { extractShard, shardOf } from "../../support/extract.ts";
import { byType, extractFrom } from "../../support/gcp-answers.ts";

describe("filestore (synthetic)", () => {
  it("says the zone of an instance as its location and the region of it as its region", async () => {
    const name = "projects/p/locations/europe-west1-b/instances/nfs";
    const backup = "projects/p/locations/europe-west1/backups/daily";
    const { found } = await extractFrom(filestore, {
      "file.googleapis.com/v1/projects/p/locations/-/instances": {
        instances: [{ name, tier: "ZONAL", labels: { team: "a" }, fileShares: [{ name: "vol1" }] }],
      },
      "file.googleapis.com/v1/projects/p/locations/-/backups": {
        backups: [{ name: backup, state: "READY", capacityGb: "1024", sourceInstance: name, sourceFileShare: "vol1" }],
      },
    });
    expect(byType(found, "gcp:filestore:instance")).toEqual([
      {
        resource_id: name,
        region: "europe-west1",
        labels: { team: "a" },
        configuration: {
          name,
          state: null,
          create_time: null,
          tier: "ZONAL",
          labels: { team: "a" },
          file_shares: [{ name: "vol1" }],
          networks: null,
          location: "europe-west1-b",
        },
      },
    ]);
    expect(byType(found, "gcp:filestore:backup")[0]?.configuration).toEqual({
      name: backup,
      state: "READY",
      create_time: null,
      source_instance: name,
      source_file_share: "vol1",
      size_gb: "1024",
      labels: null,
      location: "europe-west1",
    });
  });
});

describe("firestore (synthetic)", () => {
  it("lists the collections of databases in native mode only", async () => {
    const API = "firestore.googleapis.com/v1";
    const name = "projects/p/databases/(default)";
    const { found, failures, calls } = await extractFrom(firestore, {
      [`${API}/projects/p/databases`]: {
        databases: [
          { name, type: "FIRESTORE_NATIVE", locationId: "europe-west1", concurrencyMode: "PESSIMISTIC" },
          { name: "projects/p/databases/old", type: "DATASTORE_MODE", locationId: "nam5" },
        ],
      },
      [`${API}/${name}/documents:listCollectionIds`]: { collectionIds: ["users", "orders"] },
    });
    expect(failures).toEqual([]);
    expect(calls).toHaveLength(2);
    expect(byType(found, "gcp:firestore:database")).toEqual([
      {
        resource_id: name,
        region: "europe-west1",
        labels: {},
        configuration: {
          name,
          create_time: null,
          update_time: null,
          location_id: "europe-west1",
          database_type: "FIRESTORE_NATIVE",
          concurrency_mode: "PESSIMISTIC",
        },
      },
      expect.objectContaining({ resource_id: "projects/p/databases/old", region: "global" }),
    ]);
    expect(byType(found, "gcp:firestore:collection")[0]).toEqual({
      resource_id: `${name}/documents/users`,
      region: "europe-west1",
      labels: {},
      configuration: { name: "users", database_name: name, location_id: "europe-west1" },
    });
  });

  it("goes on with a list of collections by a token in the body", async () => {
    const bodies: unknown[] = [];
    const pages = [{ collectionIds: ["orders"], nextPageToken: "2" }, { collectionIds: ["users"] }];
    const io = {
      fetch: async (_url: unknown, init?: RequestInit) => {
        if (init?.method !== "POST") return Response.json({ databases: [{ name: "d", type: "FIRESTORE_NATIVE" }] });
        bodies.push(JSON.parse(String(init.body)));
        return Response.json(pages.shift());
      },
      now: () => 0,
      endpoints: { AWS_ENDPOINT_URL: "", AZURE_ENDPOINT_URL: "", AZURE_AUTHORITY_URL: "", GCP_ENDPOINT_URL: "" },
    };
    const steps = stepsOf(
      "gcp",
      [firestore],
      createGcpClient(io, async () => "token"),
    );
    const { found } = await extractShard(steps, "firestore", shardOf("p", null));
    expect(bodies).toEqual([{ pageSize: 300 }, { pageSize: 300, pageToken: "2" }]);
    expect(found.map(({ configuration }) => configuration["name"])).toEqual(["d", "orders", "users"]);
  });
});

describe("memorystore (synthetic)", () => {
  it("takes how an instance is kept from within it", async () => {
    const name = "projects/p/locations/europe-west1/instances/cache";
    const { found } = await extractFrom(memorystore, {
      "redis.googleapis.com/v1/projects/p/locations/-/instances": {
        instances: [
          {
            name,
            currentLocationId: "europe-west1-b",
            host: "10.0.0.3",
            port: 6379,
            memorySizeGb: 1,
            redisVersion: "REDIS_7_2",
            persistenceConfig: { persistenceMode: "RDB" },
          },
        ],
      },
    });
    expect(byType(found, "gcp:memorystore:instance")).toEqual([
      {
        resource_id: name,
        region: "europe-west1",
        labels: {},
        configuration: {
          name,
          display_name: null,
          host: "10.0.0.3",
          port: 6379,
          current_location_id: "europe-west1-b",
          redis_version: "REDIS_7_2",
          redis_configs: null,
          tier: null,
          memory_size_gb: 1,
          authorized_network: null,
          persistence_mode: "RDB",
          state: null,
          status_message: null,
          create_time: null,
          labels: null,
          location: "europe-west1",
        },
      },
    ]);
  });
});

describe("spanner (synthetic)", () => {
  it("takes the region of a database from its instance; one that spans several is global", async () => {
    const API = "spanner.googleapis.com/v1";
    const instance = (name: string, config: string) => ({
      name: `projects/p/instances/${name}`,
      config: `projects/p/instanceConfigs/${config}`,
      nodeCount: 1,
      processingUnits: 1000,
    });
    const { found, failures } = await extractFrom(spanner, {
      [`${API}/projects/p/instances`]: {
        instances: [instance("one", "regional-europe-west1"), instance("many", "nam-eur-asia1")],
      },
      [`${API}/projects/p/instances/one/databases`]: {
        databases: [{ name: "projects/p/instances/one/databases/a", state: "READY", defaultLeader: "europe-west1" }],
      },
      [`${API}/projects/p/instances/many/databases`]: {
        databases: [{ name: "projects/p/instances/many/databases/b" }],
      },
    });
    expect(failures).toEqual([]);
    const regions = found.map(({ resource_id, region }) => [resource_id.replace("projects/p/instances/", ""), region]);
    expect(Object.fromEntries(regions)).toEqual({
      one: "europe-west1",
      many: "global",
      "one/databases/a": "europe-west1",
      "many/databases/b": "global",
    });
    expect(byType(found, "gcp:spanner:database")[0]?.configuration).toEqual({
      name: "projects/p/instances/one/databases/a",
      instance_name: "projects/p/instances/one",
      state: "READY",
      create_time: null,
      restore_info: null,
      encryption_config: null,
      version_retention_period: null,
      earliest_version_time: null,
      default_leader: "europe-west1",
    });
  });
});
