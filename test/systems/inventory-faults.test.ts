import { afterAll, beforeAll, expect, it } from "vitest";
import type { Artifact } from "../../src/connectors/clouds/artifact.ts";
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

const REGIONS = ["us-east-1", "eu-west-2"];
const SERVICES = ["apigateway", "ec2", "ecs", "eks", "elb", "iam", "kms", "lambda", "rds", "s3", "vpc"];
const EVERYTHING = { provider: "aws", services: SERVICES, regions: REGIONS };
/** Tasks that are under way at once; none makes more calls than the six details of a bucket or a user. */
const CALLS_AT_ONCE = 24 * 6;
const KILLS = 2;
/** So that a job lasts long enough to be killed in the middle. */
const LATENCY_MS = 40;
/** One in twenty is throttled, fails or is cut off. */
const RATE = 0.05;

const state = createStateFolder();
let moto: MotoServer;
let proxy: FaultProxy;
let server: CatchmentProcess;
/** What a job without any fault found, and how many requests it took. */
let whole: { artifacts: Artifact[]; requests: number };

const start = () =>
  startCatchment(state.folder, {
    env: {
      ...{ ANONYMOUS_ACCESS: "inventory", ENABLED_PROVIDERS: "aws", AWS_ENDPOINT_URL: proxy.url },
      ...{ AWS_ACCESS_KEY_ID: "testingtestingtest", AWS_SECRET_ACCESS_KEY: "testing" },
    },
  });

beforeAll(async () => {
  moto = await startMoto();
  moto.run("seed.py", ...REGIONS);
  // Some of moto's answers hold the time; kept answers are the same for every job.
  proxy = await startFaultProxy(moto.url, { remembers: true });
  server = await start();
  const artifacts = await extract();
  whole = { artifacts, requests: proxy.count().requests };
});

afterAll(async () => {
  await server?.stop();
  await proxy?.stop();
  await moto?.stop();
  state.remove();
});

/** Runs a job to its end; what it found, in the order of names. */
async function extract(): Promise<Artifact[]> {
  const id = await triggerExtraction(server.origin, EVERYTHING);
  await followExtraction(server.origin, id);
  return readWhole(id);
}

async function readWhole(id: string): Promise<Artifact[]> {
  expect(await readExtraction(server.origin, id)).toMatchObject({ status: "completed", results: { errors: [] } });
  const artifacts = await downloadArtifacts(server.origin, id);
  return artifacts.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

it.each([1, 2])(
  "with throttling, 5xx and cut connections everything is found and nothing twice (seed %i)",
  async (seed) => {
    proxy.become({ seed, rate: RATE, remembers: true });

    const artifacts = await extract();

    const { requests, faults } = proxy.count();
    expect(artifacts).toEqual(whole.artifacts);
    expect(faults).toBeGreaterThan(whole.requests * RATE * 0.5);
    expect(requests).toBeLessThanOrEqual(whole.requests + faults);
    console.log(`${whole.requests} pages, ${faults} faults, ${requests} requests`);
  },
);

it("a job of a server that is killed in the middle, and of the next one too, finds the same", async () => {
  proxy.become({ seed: 3, rate: RATE, latency_ms: LATENCY_MS, remembers: true });
  const id = await triggerExtraction(server.origin, EVERYTHING);
  for (let kill = 1; kill <= KILLS; kill++) {
    const part = (whole.artifacts.length * kill) / (KILLS + 1);
    await untilFound(id, part);
    await server.kill();
    server = await start();
    const job = await readExtraction(server.origin, id);
    expect(job).toMatchObject({ status: "running" });
    expect(job.results.resources_extracted).toBeGreaterThanOrEqual(part);
    expect(job.results.resources_extracted).toBeLessThan(whole.artifacts.length);
  }
  await followExtraction(server.origin, id);

  const { requests, faults } = proxy.count();
  expect(await readWhole(id)).toEqual(whole.artifacts);
  expect(requests).toBeLessThanOrEqual(whole.requests + faults + KILLS * CALLS_AT_ONCE);
  console.log(`${whole.requests} pages, ${faults} faults, ${KILLS} kills, ${requests} requests`);
});

/** Resolves when a frame says that the job has found so many resources. */
function untilFound(id: string, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    followExtraction(server.origin, id, ({ data }) => {
      if (Number(data.progress["total_resources"]) >= count) resolve();
      // The socket breaks when the server is killed.
    }).catch(reject);
  });
}
