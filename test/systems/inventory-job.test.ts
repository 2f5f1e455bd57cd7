import { afterAll, beforeAll, expect, it } from "vitest";
import { type MotoServer, startMoto } from "../support/aws/moto.ts";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import {
  downloadArtifacts,
  followExtraction,
  nameOf,
  readExtraction,
  triggerExtraction,
} from "../support/extraction-client.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";

const ACCOUNT = "123456789012";
const REGIONS = ["us-east-1", "eu-west-2"];
const SERVICES = [
  ...["apigateway", "cloudfront", "ec2", "ecs", "eks", "elb"],
  ...["iam", "kms", "lambda", "rds", "s3", "vpc"],
];
/** moto finds the signatures of these wrong, also those of boto3: it leaves out parts of what a GET signs. */
const UNCHECKED_BY_MOTO = ["apigateway", "cloudfront", "eks", "lambda"];
const CHECKED = SERVICES.filter((service) => !UNCHECKED_BY_MOTO.includes(service));
const REGIONAL = ["ec2", "ecs", "elb", "kms", "rds", "vpc"];

const state = createStateFolder();
let moto: MotoServer;
let proxy: FaultProxy;
let server: CatchmentProcess;
/** Names of what boto3 lists. */
let listed: string[];
let reader: Record<string, string>;

beforeAll(async () => {
  moto = await startMoto();
  moto.run("seed.py", ...REGIONS);
  reader = JSON.parse(moto.run("reader.py"));
  // Buckets are listed from everywhere, whatever region is asked.
  const named = Object.keys(JSON.parse(moto.run("list.py", ...REGIONS)));
  listed = named.filter((name) => ["global", ...REGIONS].includes(name.split(" ")[1] ?? ""));
  proxy = await startFaultProxy(moto.url);
  server = await startCatchment(state.folder, {
    env: { ANONYMOUS_ACCESS: "inventory", ENABLED_PROVIDERS: "aws", AWS_ENDPOINT_URL: proxy.url },
  });
  await storeCredentials({ access_key_id: "testingtestingtest", secret_access_key: "testing" });
});

afterAll(async () => {
  await server?.stop();
  await proxy?.stop();
  await moto?.stop();
  state.remove();
});

async function storeCredentials(credentials: Record<string, string>): Promise<void> {
  const response = await fetch(`${server.origin}/extraction/credentials/aws/${ACCOUNT}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(credentials),
  });
  expect(await response.json()).toMatchObject({ credentials: { secret_access_key: "****" } });
}

it("a job over twelve services and two regions finds what boto3 lists, and its frames say how far it is", async () => {
  const id = await triggerExtraction(server.origin, { provider: "aws", services: SERVICES, regions: REGIONS });
  const frames = await followExtraction(server.origin, id);

  const job = await readExtraction(server.origin, id);
  expect(job).toMatchObject({
    status: "completed",
    results: {
      resources_extracted: listed.length,
      services_processed: SERVICES.length,
      // moto has no answer to this one.
      errors: ["cloudfront/global: ListCloudFrontOriginAccessIdentities: 404"],
    },
    transport: { type: "filesystem", files_created: listed.length, artifacts_sent: listed.length },
  });
  const artifacts = await downloadArtifacts(server.origin, id);
  expect(artifacts.map(nameOf).toSorted()).toEqual(listed.toSorted());
  expect(listed.length).toBeGreaterThan(300);

  const seen = frames.map(({ data }) => Number(data.progress["processed_resources"]));
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(frames.some(({ data }) => REGIONS.includes(String(data.progress["current_region"])))).toBe(true);
  expect(frames.at(-1)?.data).toMatchObject({
    job_id: id,
    status: "completed",
    progress: { processed_resources: listed.length, total_resources: listed.length, current_service: null },
  });
});

it("a region that is denied is named service by service, and the rest is what boto3 lists", async () => {
  await moto.checkPermissions();
  await storeCredentials(reader);
  proxy.become({ denies: ({ region }) => region === "eu-west-2" });

  const id = await triggerExtraction(server.origin, { provider: "aws", services: CHECKED, regions: REGIONS });
  await followExtraction(server.origin, id);

  const { status, results } = await readExtraction(server.origin, id);
  expect(status).toBe("completed");
  const denied = results.errors.map((reason) => reason.split(":")[0]);
  expect([...new Set(denied)].toSorted()).toEqual(REGIONAL.map((service) => `${service}/eu-west-2`));
  expect(results.errors).toContain("ec2/eu-west-2: DescribeInstances: AccessDenied - the fault proxy says so");
  const artifacts = await downloadArtifacts(server.origin, id);
  const wanted = listed.filter((name) => {
    const [type = "", region = ""] = name.split(" ");
    const service = type.split(":")[0] ?? "";
    return CHECKED.includes(service) && !(REGIONAL.includes(service) && region === "eu-west-2");
  });
  expect(artifacts.map(nameOf).toSorted()).toEqual(wanted.toSorted());
  expect(JSON.stringify([results, artifacts])).not.toContain(reader["secret_access_key"]);
  expect(server.output()).not.toContain(reader["secret_access_key"]);

  // What the first job found there is still known: nothing was listed that lacks it.
  const kept = await fetch(`${server.origin}/extraction/resources?region=eu-west-2&type=aws:ec2:instance&limit=1`);
  const { total } = (await kept.json()) as { total: number };
  expect(total).toBe(listed.filter((name) => name.startsWith("ec2:instance eu-west-2 ")).length);
  expect(total).toBeGreaterThan(0);
});
