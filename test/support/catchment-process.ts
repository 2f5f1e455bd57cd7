import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../src/cli/ports.ts";
import { listProcesses } from "../../src/cli/processes.ts";

const root = join(import.meta.dirname, "../..");
const READY_SECONDS = 100;

export interface CatchmentProcess {
  /** Such as `http://localhost:43210`. */
  origin: string;
  pid: number;
  /** What it printed so far, the Worker's log included. */
  output(): string;
  /** Ends it as Ctrl+C would. */
  stop(): Promise<void>;
  /** Ends it, and everything it started, as a power cut would. */
  kill(): Promise<void>;
}

export interface CommandResult {
  code: number | null;
  output: string;
}

/** A folder for the data and secrets of one server, and the way to remove it. */
export function createStateFolder() {
  const folder = mkdtempSync(join(tmpdir(), "catchment-"));
  return {
    folder,
    readDevVars: () => readFileSync(join(folder, ".dev.vars"), "utf8"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

interface StartOptions {
  args?: string[];
  env?: Record<string, string>;
  /** Any free one by default. */
  port?: number;
  /** Folder of another release than this one. */
  release?: string;
}

/** Starts `npm start` over the folder and returns when it says what to try; throws what it said else. */
export async function startCatchment(
  folder: string,
  { args = [], env = {}, port: chosenPort, release }: StartOptions = {},
): Promise<CatchmentProcess> {
  const port = chosenPort ?? (await findFreePort());
  const { child, output } = spawnCommand(
    ["start", "--state", folder, ...args],
    { ...env, PORT: String(port) },
    release,
  );
  await waitForOutput(child, output, "Try: ");
  return {
    origin: `${args.includes("--https") ? "https" : "http"}://localhost:${port}`,
    pid: child.pid ?? 0,
    output,
    stop: () => end(child, "SIGTERM"),
    kill: () => killTree(child),
  };
}

/** Runs one command of the command line to its end. */
export async function runCatchment(args: string[], env: Record<string, string> = {}): Promise<CommandResult> {
  const { child, output } = spawnCommand(args, env);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output: output() };
}

function spawnCommand(args: string[], env: Record<string, string>, release = root) {
  const child = spawn(process.execPath, [join(release, "src/cli/run.js"), ...args], {
    cwd: release,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk));
  return { child, output: () => text };
}

function waitForOutput(child: ChildProcess, output: () => string, expected: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      child.kill("SIGTERM");
      reject(new Error(`Not ready after ${READY_SECONDS} seconds:\n${output()}`));
    }, READY_SECONDS * 1000);
    const look = () => {
      if (!output().includes(expected)) return;
      clearTimeout(timeout);
      resolve();
    };
    child.stdout?.on("data", look);
    child.once("exit", (code) => {
      clearTimeout(timeout);
      reject(new Error(`Ended with ${code}:\n${output()}`));
    });
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** Kills a process and all below it at once, so that nothing in it can tidy up. */
async function killTree(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  for (const pid of [child.pid ?? 0, ...descendantsOf(child.pid ?? 0)]) process.kill(pid, "SIGKILL");
  await ended;
}

/** Ids of everything that a process started, directly or not. */
export function descendantsOf(ancestor: number): number[] {
  const processes = listProcesses();
  const below = (above: number): number[] =>
    processes.flatMap(({ pid, parent }) => (parent === above ? [pid, ...below(pid)] : []));
  return below(ancestor);
}
