import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { readmeBlocks } from "./readme.ts";

const run = promisify(execFile);
const state = createStateFolder();
const folder = mkdtempSync(join(tmpdir(), "catchment-readme-"));
let server: CatchmentProcess;

beforeAll(async () => {
  server = await startCatchment(state.folder, { args: ["--demo"] });
});

afterAll(async () => {
  await server?.stop();
  state.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function jobsEnd(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { jobs } = (await (await fetch(`${server.origin}/jobs?limit=100`)).json()) as {
        jobs: { status: string }[];
      };
      expect(jobs.map(({ status }) => status).filter((status) => status !== "completed")).toEqual([]);
    },
    { timeout: 120_000, interval: 250 },
  );
}

it("everything printed in the README's market-data section happens", { timeout: 300_000 }, async () => {
  const blocks = readmeBlocks("Market data");
  expect(blocks.length).toBeGreaterThan(5);
  const [variables = ""] = /^(?:[A-Z]+=.*\n)+/.exec(blocks[0] ?? "") ?? [];
  // A refused request ends the block, and so the test.
  const strict = 'set -e\ncurl() { command curl -sS --fail-with-body "$@"; }\n';
  for (const block of blocks) {
    const script = `${strict}${variables}${block}`.replaceAll("localhost:8000", new URL(server.origin).host);
    await run("bash", ["-c", script], { cwd: folder, maxBuffer: 64 * 1024 ** 2 });
    await jobsEnd();
  }
  const exported = readFileSync(join(folder, "btc.csv.txt"), "utf8");
  expect(exported.split("\n")[0]).toBe("<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>");
  expect(readFileSync(join(folder, "btc.parquet")).subarray(0, 4).toString()).toBe("PAR1");
});
