import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { isPortFree } from "./ports.ts";
import { isAlive } from "./processes.ts";

/**
 * Claims a folder of data for this process: two servers over the same databases would each take the other's jobs for
 * those of a process that is gone. A claim counts while its process lives and its port is taken.
 */
export async function claimState(state: string, port: number): Promise<void> {
  const path = join(state, "server.json");
  const other = readClaim(path);
  if (other && other.pid !== process.pid && isAlive(other.pid) && !(await isPortFree(other.port))) {
    throw new Failure(
      `Another server uses the data in ${state}: process ${other.pid} on port ${other.port}. Stop it, or give this one a folder of its own with --state DIR.`,
    );
  }
  writeFileSync(path, JSON.stringify({ pid: process.pid, port }));
}

function readClaim(path: string): { pid: number; port: number } | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as { pid: number; port: number };
  } catch {
    return undefined;
  }
}
