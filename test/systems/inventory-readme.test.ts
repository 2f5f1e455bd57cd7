import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readVars } from "../../src/cli/dev-vars.ts";
import { type CatchmentProcess, createStateFolder, startCatchment } from "../support/catchment-process.ts";
import { readmeBlocks } from "./readme.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const state = createStateFolder();
const folder = mkdtempSync(join(tmpdir(), "catchment-readme-"));
let server: CatchmentProcess;
let secret: string;

beforeAll(async () => {
  server = await startCatchment(state.folder);
  secret = readVars(join(state.folder, ".dev.vars"))["JWT_SECRET_KEY"] ?? "";
  // What the blocks run of npm, they run of this project.
  for (const name of ["package.json", "node_modules", "src"]) symlinkSync(join(root, name), join(folder, name));
  writeFileSync(join(folder, "variables.sh"), "");
});

afterAll(async () => {
  await server?.stop();
  state.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A block goes on with the variables and functions of those before it; a refused request ends it, and so the test. */
async function runBlock(block: string): Promise<string> {
  const script = [
    "set -e -o pipefail",
    'curl() { command curl -sS --fail-with-body "$@" && echo; }',
    ". ./variables.sh",
    block.replaceAll("localhost:8000", new URL(server.origin).host),
    "declare -p TOKEN JOB LATER SCHEDULE 2>/dev/null > variables.sh || true",
    "declare -f ask >> variables.sh",
  ].join("\n");
  const env = { ...process.env, JWT_SECRET_KEY: secret };
  const { stdout } = await run("bash", ["-c", script], { cwd: folder, env, maxBuffer: 64 * 1024 ** 2 });
  return stdout;
}

const hasRun = async () =>
  vi.waitFor(
    async () => {
      const output = await runBlock("ask localhost:8000/schedules/$SCHEDULE");
      const { last_job_id } = JSON.parse(output) as { last_job_id: string | null };
      const job = await runBlock(`ask localhost:8000/extraction/jobs/${last_job_id}`);
      expect(JSON.parse(job)).toMatchObject({ status: "completed", services: ["storage"] });
    },
    { timeout: 150_000, interval: 2000 },
  );

it("everything printed in the README's cloud inventory section happens", { timeout: 500_000 }, async () => {
  const [services, extract, read, compare, schedule, unschedule, credentials, ...rest] =
    readmeBlocks("Cloud inventory");
  expect(rest).toEqual([]);

  expect(JSON.parse(await runBlock(services ?? ""))).toMatchObject({ total_services: 49 });

  const extracted = await runBlock(extract ?? "");
  const frames = [...extracted.matchAll(/^data: (.*)$/gm)].map(([, frame = ""]) => JSON.parse(frame));
  expect(frames.length).toBeGreaterThan(2);
  expect(frames.map(({ data }) => data.status)).toContain("running");
  expect(frames.at(-1)?.data).toMatchObject({ status: "completed", errors: [] });
  const overSocket = JSON.parse(extracted.trim().split("\n").at(-1) ?? "");
  expect(overSocket.data).toEqual(frames.at(-1)?.data);

  const readings = await runBlock(read ?? "");
  expect(readings).toContain('"resource_type":"aws:ec2:instance"');
  const total = frames.at(-1)?.data.results.resources_extracted;
  expect(readFileSync(join(folder, "artifacts.ndjson"), "utf8").trim().split("\n")).toHaveLength(total);
  expect(readFileSync(join(folder, "artifacts.csv"), "utf8")).toMatch(/^cloud_provider,account,resource_type,/);

  const compared = await runBlock(compare ?? "");
  const diff = JSON.parse(compared.trim().split("\n").at(-1) ?? "");
  expect(diff.totals).toEqual({ added: 0, removed: 0, changed: 0 });

  await runBlock(schedule ?? "");
  await hasRun();
  expect(await runBlock(unschedule ?? "")).toContain('"status":"paused"');

  const stored = await runBlock(credentials ?? "");
  expect(stored).toContain('"secret_access_key":"****"');
  expect(`${stored}${server.output()}`).not.toContain("the secret");
});
