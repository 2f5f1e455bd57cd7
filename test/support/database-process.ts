import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const READY_SECONDS = 60;

/** A real database server on a port of 127.0.0.1, in a folder of its own. */
export interface DatabaseServer {
  port: number;
  /** What the server's own client prints for statements, without headings, one row a line. */
  print(sql: string): string;
  /** Ends the server and all its connections at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again over the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Servers refuse to run as root; the Debian package brings an account. */
export interface Account {
  uid?: number;
  gid?: number;
}

/** The account of a server: that of the Debian package where this process may change to it. */
export function accountOf(name: string): Account {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Makes files readable by the server's account only. */
export function handOver(paths: readonly string[], { uid }: Account): void {
  for (const path of paths) {
    if (uid !== undefined) execFileSync("chown", ["-R", String(uid), path]);
    chmodSync(path, path.endsWith(".pem") ? 0o600 : 0o700);
  }
}

/** Starts a server and waits until `ask`, which throws before, gets an answer. */
export async function startDatabaseProcess(
  program: string,
  args: readonly string[],
  { account, ask }: { account: Account; ask: () => unknown },
): Promise<ChildProcess> {
  const child = spawn(program, [...args], { ...account, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk));
  const deadline = Date.now() + READY_SECONDS * 1000;
  while (!answers(ask)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${program} does not start:\n${output}`);
    await delay(100);
  }
  return child;
}

/** Sends a signal and waits for the end. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

function answers(ask: () => unknown): boolean {
  try {
    ask();
    return true;
  } catch {
    return false;
  }
}
