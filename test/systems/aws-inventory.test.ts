import { afterAll, beforeAll, expect, it } from "vitest";
import { aws } from "../../src/connectors/clouds/aws/index.ts";
import type { OpenCloud } from "../../src/connectors/clouds/cloud.ts";
import type { Found } from "../../src/connectors/clouds/service.ts";
import { type MotoServer, startMoto } from "../support/aws/moto.ts";
import { type Extracted, extractShard, shardOf } from "../support/extract.ts";

const ACCOUNT = "123456789012";
const REGIONS = ["us-east-1", "eu-west-2"];
/** What moto has no answers for. */
const UNKNOWN_TO_MOTO = ["apprunner"];

/** moto finds the signatures of these wrong, also those of boto3: it leaves out parts of what a GET signs. */
const UNCHECKED_BY_MOTO = ["apigateway", "cloudfront", "eks", "lambda"];

let moto: MotoServer;
/** What boto3 lists, by type, region and id. */
let listed: Map<string, Record<string, unknown>>;
let reader: Record<string, string>;

beforeAll(async () => {
  moto = await startMoto();
  moto.run("seed.py", ...REGIONS);
  reader = JSON.parse(moto.run("reader.py", "kms"));
  listed = new Map(Object.entries(JSON.parse(moto.run("list.py", ...REGIONS))));
});

afterAll(() => moto?.stop());

const open = (credentials: Record<string, string>, send: typeof fetch = fetch): Promise<OpenCloud> =>
  aws.open(ACCOUNT, credentials, {
    fetch: send,
    now: Date.now,
    endpoints: { AWS_ENDPOINT_URL: moto.url, AZURE_ENDPOINT_URL: "", AZURE_AUTHORITY_URL: "", GCP_ENDPOINT_URL: "" },
  });

async function extractAll(cloud: OpenCloud, without: string[] = []): Promise<Map<string, Extracted>> {
  const extracted = new Map<string, Extracted>();
  for (const [service, { scope }] of aws.services) {
    if ([...UNKNOWN_TO_MOTO, ...without].includes(service)) continue;
    for (const region of scope === "global" ? [null] : REGIONS) {
      extracted.set(`${service} ${region}`, await extractShard(cloud, service, shardOf(ACCOUNT, region)));
    }
  }
  return extracted;
}

const nameOf = ({ resource_type, region, resource_id }: Found) =>
  `${resource_type.replace(/^aws:/, "")} ${region} ${resource_id}`;

const withoutPunctuation = (name: string) => name.replaceAll(/[_-]/g, "").toLowerCase();
const isScalar = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);

/** Keys that are something else than the member of the same name, or that change at every look. */
const NOT_COMPARED = new Set([
  ...["ec2:instance state", "ec2:instance monitoring", "cloudfront:distribution domain_name"],
  ...["ecs:task last_status", "rds:db-instance latest_restorable_time"],
]);

it("extracts exactly what boto3 lists, in every service and region", async () => {
  const extracted = await extractAll(await open({ access_key_id: "testingtestingtest", secret_access_key: "testing" }));
  const found = [...extracted.values()].flatMap((shard) => shard.found);

  expect([...extracted.values()].flatMap(({ failures }) => failures)).toEqual([
    // moto has no answer to this one.
    "ListCloudFrontOriginAccessIdentities: 404",
  ]);
  expect(found.map(nameOf).sort()).toEqual([...listed.keys()].sort());
  expect(found.length).toBeGreaterThan(300);
  expect(new Set(found.map(({ resource_type }) => resource_type.split(":")[1])).size).toBe(12);

  const wrong = found.flatMap((resource) => {
    const theirs = listed.get(nameOf(resource)) ?? {};
    const byName = new Map(Object.entries(theirs).map(([name, value]) => [withoutPunctuation(name), value]));
    return Object.entries(resource.configuration).flatMap(([key, ours]) => {
      const value = byName.get(withoutPunctuation(key));
      const name = `${resource.resource_type.replace(/^aws:/, "")} ${key}`;
      if (!isScalar(value) || NOT_COMPARED.has(name) || isSame(ours, value)) return [];
      return [{ name, ours, value }];
    });
  });
  expect(wrong).toEqual([]);
});

/** Times may be written with more digits by Python than a Date has. */
function isSame(ours: unknown, theirs: unknown): boolean {
  if (ours === theirs) return true;
  if (typeof theirs !== "string" || !/^\d{4}-\d\d-\d\d[T ]/.test(theirs)) return false;
  return Math.abs(Date.parse(String(ours)) - Date.parse(theirs)) <= 1;
}

it("goes on past what it may not read, and names it, with signatures and permissions checked", async () => {
  await moto.checkPermissions();
  // moto knows no permissions of a region: this answers for it as EC2 does.
  const denied: typeof fetch = async (input, init) => {
    const authorization = new Request(input, init).headers.get("Authorization") ?? "";
    if (!authorization.includes("/eu-west-2/ec2/")) return fetch(input, init);
    const error = "<Errors><Error><Code>UnauthorizedOperation</Code><Message>not here</Message></Error></Errors>";
    return new Response(`<Response>${error}</Response>`, { status: 403 });
  };
  const extracted = await extractAll(await open(reader, denied), UNCHECKED_BY_MOTO);
  const failed = [...extracted].filter(([, { failures }]) => failures.length > 0);
  const complete = [...extracted].filter(([, { failures }]) => failures.length === 0);

  expect(failed.map(([shard]) => shard).sort()).toEqual([
    "ec2 eu-west-2",
    "kms eu-west-2",
    "kms us-east-1",
    "vpc eu-west-2",
  ]);
  expect(extracted.get("ec2 eu-west-2")?.failures).toContain("DescribeInstances: UnauthorizedOperation - not here");
  expect(extracted.get("kms us-east-1")?.failures[0]).toMatch(/^ListKeys: AccessDenied/);
  const services = new Set(complete.map(([shard]) => shard));
  const wanted = [...listed.keys()].filter((name) => {
    const [type = "", region = ""] = name.split(" ");
    const service = type.split(":")[0];
    return services.has(`${service} ${region}`) || services.has(`${service} null`);
  });
  expect(complete.flatMap(([, { found }]) => found.map(nameOf)).sort()).toEqual(wanted.sort());
});

it("keys that are wrong are refused everywhere, and no reason repeats them", async () => {
  const cloud = await open({ ...reader, secret_access_key: "wrong-planted-secret" });
  const extracted = await extractAll(cloud);
  const failures = [...extracted.values()].flatMap((shard) => shard.failures);

  expect([...extracted.values()].flatMap(({ found }) => found)).toEqual([]);
  expect(failures.length).toBeGreaterThan(20);
  expect(failures.join(" ")).toMatch(/SignatureDoesNotMatch|InvalidClientTokenId|AuthFailure/);
  expect(failures.join(" ")).not.toMatch(/planted|Signature=|Canonical/i);
});
