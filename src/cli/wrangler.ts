import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./child.ts";
import { Failure } from "./failure.ts";

const run = promisify(execFile);

/** Wrangler's program, run by Node itself: npx would put a process between us and the one to stop. */
export const wranglerProgram = join(root, "node_modules/wrangler/wrangler-dist/cli.js");

/** What makes wrangler ask nothing, call nobody and keep nothing on its own. */
export const quietEnv = {
  CI: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_WRITE_LOGS: "false",
  // It would keep a trace of every query and object, for good: a gigabyte for 50,000 requests.
  X_LOCAL_OBSERVABILITY: "false",
  // It would show the databases and the lake to whoever reaches the port.
  X_LOCAL_EXPLORER: "false",
};

/** The environment of this process with that. */
export const wranglerEnv: NodeJS.ProcessEnv = { ...process.env, ...quietEnv };

/** Runs one wrangler command to its end and returns what it printed; throws a `Failure` with its output. */
export async function runWrangler(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [wranglerProgram, ...args], {
      cwd: root,
      env: { ...wranglerEnv, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    throw new Failure(`wrangler ${args.slice(0, 3).join(" ")} failed.\n${outputOf(error)}`, { cause: error });
  }
}

/** What wrangler complained about, or the end of what it said. */
function outputOf(error: unknown): string {
  const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
  return stderr.trim() || stdout.trim().split("\n").slice(-20).join("\n");
}
