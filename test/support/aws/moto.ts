import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "../../../src/cli/ports.ts";

const FOLDER = import.meta.dirname;
const READY_SECONDS = 60;

/** A server of moto, which answers as AWS does for an account that it keeps in memory. */
export interface MotoServer {
  url: string;
  /** Runs a script of this folder with the server's URL and further arguments; answers what it printed. */
  run(script: string, ...args: string[]): string;
  /** From now on signatures and permissions are checked. */
  checkPermissions(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts moto on a free port; throws when it does not answer within a minute. */
export async function startMoto(): Promise<MotoServer> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn("python3", ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  await waitUntilReady(child, url);
  return {
    url,
    run: (script, ...args) =>
      execFileSync("python3", [join(FOLDER, script), url, ...args], {
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
        stdio: ["ignore", "pipe", "inherit"],
      }),
    async checkPermissions() {
      const response = await fetch(`${url}/moto-api/reset-auth`, { method: "POST", body: "0" });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`moto answered ${response.status}`);
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + READY_SECONDS * 1000;
  while (Date.now() < deadline && child.exitCode === null) {
    const response = await fetch(`${url}/moto-api/`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    await delay(100);
  }
  child.kill();
  throw new Error(`moto did not answer within ${READY_SECONDS} seconds`);
}
