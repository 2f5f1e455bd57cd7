#!/usr/bin/env node
// Plain JavaScript, so that an old Node can read it far enough to hand over to the one that npm has installed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
const installed = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));

// What stands on the command line may hold a token, and the list of processes is everybody's to read.
process.title = "catchment";

// Half of a short command's time is reading its own modules.
module.enableCompileCache?.();

if (major > 22 || (major === 22 && minor >= 18)) {
  await import("./catchment.ts");
} else if (existsSync(installed)) {
  handOver();
} else {
  console.error(
    `catchment needs Node 22.18 or newer and this is Node ${process.versions.node}: run "npm ci" in its repository, which brings one.`,
  );
  process.exitCode = 1;
}

function handOver() {
  const script = fileURLToPath(new URL("catchment.js", import.meta.url));
  const child = spawn(installed, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal sends Ctrl+C to both; the child decides what it means.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code) => process.exit(code ?? 1));
}
