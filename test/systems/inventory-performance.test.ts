import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { aws } from "../../src/connectors/clouds/aws/index.ts";
import { type MotoServer, startMoto } from "../support/aws/moto.ts";
import {
  type CatchmentProcess,
  createStateFolder,
  descendantsOf,
  startCatchment,
} from "../support/catchment-process.ts";
import { extractShard, shardOf } from "../support/extract.ts";
import { followExtraction, readExtraction, triggerExtraction } from "../support/extraction-client.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { watchMemory } from "../support/live-memory.ts";

const MB = 1_000_000;
const ACCOUNT = "123456789012";
const REGIONS = ["us-east-1", "us-west-2", "eu-west-1", "eu-west-2"];
const SHARDS = [...REGIONS.map((region) => ["ec2", region] as const), ["iam", null] as const, ["s3", null] as const];
const EVERYTHING = { provider: "aws", services: ["ec2", "iam", "s3"], regions: REGIONS, batch_size: 1000 };
const KEYS = { access_key_id: "testingtestingtest", secret_access_key: "testing" };
/** Of one answer; AWS takes as long at least. */
const LATENCY_MS = 40;
const LEAST_RESOURCES = 10_000;

const run = promisify(execFile);
const state = createStateFolder();
let moto: MotoServer;
let proxy: FaultProxy;
let server: CatchmentProcess;

beforeAll(async () => {
  moto = await startMoto();
  moto.run("many.py", ...REGIONS);
  // moto takes seconds for a page of instances; kept answers measure those who ask.
  proxy = await startFaultProxy(moto.url, { remembers: true });
  await askOnce();
  await runLoop();
  await moto.stop();
  proxy.become({ remembers: true, latency_ms: LATENCY_MS });
  server = await startCatchment(state.folder, {
    env: {
      ...{ ANONYMOUS_ACCESS: "inventory", ENABLED_PROVIDERS: "aws", AWS_ENDPOINT_URL: proxy.url },
      // The loop only lists, so nothing but listing is compared.
      INVENTORY_TRANSPORT: "null",
      ...{ AWS_ACCESS_KEY_ID: KEYS.access_key_id, AWS_SECRET_ACCESS_KEY: KEYS.secret_access_key },
    },
  });
}, 900_000);

afterAll(async () => {
  await server?.stop();
  await proxy?.stop();
  await moto?.stop();
  state.remove();
});

/** Makes every request of a job, so that its answer is kept. */
async function askOnce(): Promise<void> {
  const endpoints = { AZURE_ENDPOINT_URL: "", AZURE_AUTHORITY_URL: "", GCP_ENDPOINT_URL: "" };
  const cloud = await aws.open(ACCOUNT, KEYS, {
    fetch,
    now: Date.now,
    endpoints: { ...endpoints, AWS_ENDPOINT_URL: proxy.url },
  });
  await cloud.account();
  for (const [service, region] of SHARDS) await extractShard(cloud, service, shardOf(ACCOUNT, region));
}

/** Resources, and resources a second, of the same work by a loop in Python. */
async function runLoop(): Promise<{ resources: number; pace: number }> {
  const script = join(import.meta.dirname, "../support/aws/loop.py");
  const { stdout } = await run("python3", [script, proxy.url, ...REGIONS]);
  const { resources, seconds } = JSON.parse(stdout) as { resources: number; seconds: number };
  return { resources, pace: resources / seconds };
}

async function extract(): Promise<{ resources: number; pace: number }> {
  const started_at = performance.now();
  const id = await triggerExtraction(server.origin, EVERYTHING);
  let ended_at = started_at;
  // The last frame says that the job has ended; the local runtime closes the socket ten seconds after it.
  await followExtraction(server.origin, id, () => (ended_at = performance.now()));
  const seconds = (ended_at - started_at) / 1000;
  const { status, results } = await readExtraction(server.origin, id);
  expect({ status, errors: results.errors }).toEqual({ status: "completed", errors: [] });
  return { resources: results.resources_extracted, pace: results.resources_extracted / seconds };
}

it("ten thousand resources are extracted at three times the pace of a loop with boto3", async () => {
  const theirs = await runLoop();
  const ours = await extract();

  console.log(`${ours.resources} resources: ${ours.pace.toFixed(0)}/s, boto3 ${theirs.pace.toFixed(0)}/s`);
  expect(ours.resources).toBe(theirs.resources);
  expect(ours.resources).toBeGreaterThan(LEAST_RESOURCES);
  expect(ours.pace / theirs.pace).toBeGreaterThan(3);
});

it("ten thousand resources come in within 64 MB of live memory", async () => {
  const memory = await watchMemory(server);
  const resident = residentBytes();
  const { peak_bytes, samples } = await memory.during(extract);
  memory.close();

  const grown = (residentBytes() - resident) / MB;
  console.log(
    `extraction: ${(peak_bytes / MB).toFixed(1)} MB live in ${samples} samples, ${grown.toFixed(0)} MB resident`,
  );
  expect(samples).toBeGreaterThan(10);
  expect(peak_bytes).toBeGreaterThan(MB);
  expect(peak_bytes).toBeLessThan(64 * MB);
});

/** Of all processes of the server. */
function residentBytes(): number {
  return descendantsOf(server.pid).reduce((sum, pid) => {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return sum + Number(kilobytes ?? 0) * 1024;
  }, 0);
}
