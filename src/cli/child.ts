import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const GRACE_MS = 5000;
const EXIT_WITH_PARENT = pathToFileURL(join(import.meta.dirname, "exit-with-parent.js")).href;

/** The project's folder. */
export const root = join(import.meta.dirname, "../..");

/**
 * Starts a Node program in a process group of its own that ends, with all it started, when this process does, however
 * it ends; stdout and stderr are piped.
 */
export function startChild(args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, ["--import", EXIT_WITH_PARENT, ...args], {
    cwd: root,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  child.once("exit", () => endGroup(child));
  return child;
}

/** Asks a child to end and makes it end when it does not within five seconds. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await ended;
  clearTimeout(force);
}

/** Whether the child has exited or was killed. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** A killed wrangler leaves the workerd behind that holds the port. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || process.platform === "win32") return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    return; // Nobody of the group is left.
  }
}
