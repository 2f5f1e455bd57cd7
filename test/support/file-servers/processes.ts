import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const READY_SECONDS = 30;

/** A program that serves files on a port of this machine. */
export interface FileServerProcess {
  pid: number;
  output(): string;
  stop(): Promise<void>;
}

/** Starts a server and waits until its port accepts connections. */
export async function startFileServer(
  program: string,
  args: readonly string[],
  port: number,
  address = "127.0.0.1",
): Promise<FileServerProcess> {
  const child = spawn(program, [...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk));
  const deadline = Date.now() + READY_SECONDS * 1000;
  while (!(await accepts(port, address))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${program} does not start:\n${output}`);
    await delay(50);
  }
  return { pid: child.pid ?? 0, output: () => output, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

async function accepts(port: number, address: string): Promise<boolean> {
  const socket = connect(port, address);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A line to a server that can be cut. */
export interface CuttableLine {
  port: number;
  /** Cuts the connection that first brings so many bytes from the server; once. */
  cutAfter(bytes: number): void;
  stop(): Promise<void>;
}

export async function startCuttableLine(target: number): Promise<CuttableLine> {
  let limit: number | null = null;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    let brought = 0;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    near.pipe(far);
    far.on("data", (chunk) => {
      brought += chunk.length;
      if (limit !== null && brought >= limit) {
        limit = null;
        near.resetAndDestroy();
        far.destroy();
        return;
      }
      if (near.write(chunk)) return;
      far.pause();
      near.once("drain", () => far.resume());
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (bytes) => (limit = bytes),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
