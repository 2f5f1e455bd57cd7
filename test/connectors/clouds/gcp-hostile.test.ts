import { assert, asyncProperty, constantFrom, jsonValue, oneof } from "fast-check";
import { describe, expect, it } from "vitest";
import { artifactSchema } from "../../../src/connectors/clouds/artifact.ts";
import { stepsOf } from "../../../src/connectors/clouds/cloud.ts";
import { pubsub } from "../../../src/connectors/clouds/gcp/services/pubsub.ts";
import { services } from "../../../src/connectors/clouds/gcp/services.ts";
import type { Item } from "../../../src/connectors/clouds/json.ts";
import { redact } from "../../../src/connectors/clouds/redact.ts";
import { extractShard, shardOf } from "../../support/extract.ts";

/** A body that has this value under every name. */
const bodyOf = (value: unknown): Item =>
  new Proxy({}, { get: (_target, name) => (name === "then" ? undefined : value) });

/** An entry with a name, and nothing else as it should be. */
const ENTRY = {
  name: "a",
  id: "1",
  selfLink: 5,
  zone: 7,
  region: {},
  labels: [],
  tags: 1,
  metadata: 1,
  config: "c",
  items: {},
  rules: {},
  disks: "x",
  serviceAccounts: {},
  nodePools: [null],
  locationId: {},
  statusHistory: "x",
};

const hostile = oneof(
  constantFrom(null, 0, "", "text", true, [], {}, [null], [[]], [{}], [{ name: null }], [{ name: {} }], { "0": {} }),
  constantFrom<unknown>([ENTRY], { "zones/a": bodyOf([ENTRY]) }, { a: { b: [1] } }),
  jsonValue({ maxDepth: 3 }),
);

describe("gcp answers that are not what Google promises (synthetic)", () => {
  it.each(services.map((service) => [service.service, service] as const))(
    "%s ends, and yields only artifacts of the right shape",
    async (name, service) => {
      await assert(
        asyncProperty(hostile, async (value) => {
          const client = { send: async () => ({ body: bodyOf(value), next: null }) };
          const { found } = await extractShard(stepsOf("gcp", [service], client), name, shardOf("p", null));
          for (const { resource_type, resource_id, region, ...rest } of found) {
            const { labels, configuration, raw } = redact(rest);
            const metadata = { resource_id, service: name, region, project_id: "p", labels };
            artifactSchema.parse({ cloud_provider: "gcp", resource_type, metadata, configuration, raw });
          }
        }),
        { numRuns: 40 },
      );
    },
  );

  it("an entry without a name is reported instead of kept", async () => {
    const client = {
      send: async () => ({ body: { topics: [{ labels: {} }, { name: "projects/p/topics/t" }] }, next: null }),
    };
    const { found, failures } = await extractShard(stepsOf("gcp", [pubsub], client), "pubsub", shardOf("p", null));
    expect(found.map(({ resource_id }) => resource_id)).toEqual(["projects/p/topics/t"]);
    expect(failures).toEqual(["topics: answered with a topic that has no id"]);
  });
});
