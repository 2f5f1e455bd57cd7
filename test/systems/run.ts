import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Suite, suites } from "./suites.ts";

const root = join(import.meta.dirname, "../../");
const vitest = join(root, "node_modules/vitest/vitest.mjs");

/**
 * `npm run test:systems [name…]`: every suite by itself, two at a time; one that cannot be prepared here is named with
 * the reason. A suite that measures has the machine for itself. Where the whole has a limit, `SYSTEMS_BEGIN_MINUTES` says
 * after how long no further suite begins.
 */
const wanted = process.argv.slice(2);
const chosen = suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.log(`There is no suite ${unknown.join(", ")}; there are ${suites.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const lanes = chosen.some(({ measures }) => measures && wanted.length > 0) ? 1 : Math.min(2, availableParallelism());
const lastBegin = Number(process.env["SYSTEMS_BEGIN_MINUTES"] ?? "Infinity") * 60_000;
const failed: string[] = [];
const waiting = [...chosen];
await Promise.all(Array.from({ length: lanes }, () => work()));
if (failed.length > 0) {
  console.log(`Failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}

async function work(): Promise<void> {
  for (let suite = waiting.shift(); suite; suite = waiting.shift()) {
    if (!(await run(suite))) failed.push(suite.name);
  }
}

function reasonToSkip(suite: Suite): string | null {
  if (suite.measures && !wanted.includes(suite.name)) return `it measures: npm run test:systems -- ${suite.name}`;
  if (performance.now() > lastBegin) return "the time for this run is over";
  return suite.prepare();
}

/** Runs a suite and prints what it said once it has ended, so that two do not talk at once. */
async function run(suite: Suite): Promise<boolean> {
  const reason = reasonToSkip(suite);
  if (reason !== null) {
    console.log(`SKIPPED ${suite.name}: ${reason}`);
    return true;
  }
  const child = spawn(process.execPath, [vitest, "run", "--config", "test/systems/vitest.config.mts", suite.file], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: suite.seconds * 1000,
    killSignal: "SIGTERM",
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk));
  const began = Date.now();
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`${output}\n${suite.name} ended after ${seconds} seconds`);
  if (signal !== null) console.log(`${suite.name} did not end within ${suite.seconds} seconds`);
  return code === 0;
}
