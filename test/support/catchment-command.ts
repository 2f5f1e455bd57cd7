import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const COMMAND = join(import.meta.dirname, "../../src/cli/catchment.js");

export interface CommandRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface CommandInput {
  env?: Record<string, string>;
  /** What is piped to it. */
  input?: string;
}

/** Starts the command line without a terminal, knowing nothing of the environment but what is given. */
export function startCommand(args: string[], { env = {}, input = "" }: CommandInput = {}) {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { PATH: process.env.PATH, ...env } });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.stdout += chunk));
  child.stderr.on("data", (chunk: Buffer) => (texts.stderr += chunk));
  child.stdin.end(input);
  return { child, ended: waitForEnd(child, texts), texts };
}

/** Runs the command line to its end. */
export function runCommand(args: string[], options?: CommandInput): Promise<CommandRun> {
  return startCommand(args, options).ended;
}

async function waitForEnd(child: ChildProcess, texts: Omit<CommandRun, "code">): Promise<CommandRun> {
  await once(child, "close");
  return { code: child.exitCode, ...texts };
}
