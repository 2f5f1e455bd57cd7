import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Suite, suites } from "./suites.ts";

const root = join(import.meta.dirname, "../../");
const vitest = join(root, "node_modules/vitest/vitest.mjs");

/** `npm run test:systems [name…]`: every suite by itself; one that cannot be prepared here is named with the reason. */
const wanted = process.argv.slice(2);
const chosen = suites.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const failed = chosen.filter((suite) => !run(suite));
if (failed.length > 0) {
  console.log(`Failed: ${failed.map(({ name }) => name).join(", ")}`);
  process.exitCode = 1;
}

function run(suite: Suite): boolean {
  const unasked = suite.measures && !wanted.includes(suite.name);
  const reason = unasked ? `it measures: npm run test:systems -- ${suite.name}` : suite.prepare();
  if (reason !== null) {
    console.log(`SKIPPED ${suite.name}: ${reason}`);
    return true;
  }
  const { status, error } = spawnSync(
    process.execPath,
    [vitest, "run", "--config", "test/systems/vitest.config.mts", suite.file],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"], timeout: suite.seconds * 1000, killSignal: "SIGTERM" },
  );
  if (error) console.log(`${suite.name} did not end within ${suite.seconds} seconds: ${error.message}`);
  return status === 0;
}
