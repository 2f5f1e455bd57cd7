import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { descendantsOf } from "../support/catchment-process.ts";
import { drive } from "../support/fuzz/drive.ts";
import { listOperations } from "../support/fuzz/operations.ts";
import { createFuzzWorld, type FuzzWorld } from "../support/fuzz/world.ts";
import { watchMemory } from "../support/live-memory.ts";

/** 100,000 take some 25 minutes on two cores; CI has few. `FUZZ_ONLY=/data` asks only what has that in its path. */
const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 5_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_122);
const ONLY = process.env["FUZZ_ONLY"] ?? "";
/** By then, everything has been loaded and every cache has something. */
const WARM_SHARE = 0.4;
const MOST_GROWTH_MB = 32;
const LONGEST_MS = 6_000_000;

let world: FuzzWorld;

beforeAll(async () => {
  world = await createFuzzWorld();
});

afterAll(() => world?.stop());

it(
  "every route answers made-up requests as it says, and nobody what is not theirs",
  async () => {
    const operations = listOperations().filter(({ path }) => path.includes(ONLY));
    const planted = await world.readPlanted();
    // What it prints first has the admin's password, this once.
    const greeting = world.server.output().length;
    const memory = await watchMemory(world.server);
    const before = { live_mb: 0, resident_mb: 0 };
    const measure = async () => ({ live_mb: (await memory.now()) / 1e6, resident_mb: residentMegabytes(world) });
    const started_at = performance.now();
    const { requests, findings, statuses, unreached, slowest } = await drive(world, operations, {
      ...{ seed: SEED, requests: REQUESTS, warm_share: WARM_SHARE },
      whenWarm: async () => void Object.assign(before, await measure()),
    });
    const seconds = Math.round((performance.now() - started_at) / 1000);
    const after = await measure();
    memory.close();

    console.log(`${requests} requests to ${operations.length} operations in ${seconds} s, seed ${SEED}`);
    console.log(`Answers: ${JSON.stringify(statuses)}; the slowest, in ms: ${JSON.stringify(slowest)}`);
    console.log(`Never right: ${unreached.join(", ") || "none"}`);
    console.log(`Memory when warm and at the end: ${JSON.stringify([before, after])}`);

    expect(findings.map(({ what, count }) => `${what} (${count})`)).toEqual([]);
    expect(await world.readPlanted()).toEqual(planted);
    expect(secretsIn(world.server.output().slice(greeting))).toEqual([]);
    expect(after.live_mb - before.live_mb).toBeLessThan(MOST_GROWTH_MB);
  },
  LONGEST_MS,
);

/** What nobody may read, by what it is. */
function secretsIn(text: string): string[] {
  const secrets = world.markers.list.filter(({ readers }) => readers.length === 0);
  return secrets.filter((secret) => text.includes(secret.text)).map(({ what }) => what);
}

/** Memory of the server's runtime, in MB. */
function residentMegabytes({ server }: FuzzWorld): number {
  const kilobytes = descendantsOf(server.pid).map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return status.startsWith("Name:\tworkerd") ? Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) : 0;
  });
  return Math.round(kilobytes.reduce((sum, each) => sum + each, 0) / 1024);
}
