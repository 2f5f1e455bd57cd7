import { join } from "node:path";
import { createInterface } from "node:readline";
import { startChild, stopChild } from "../../../src/cli/child.ts";

export interface Peer {
  url: string;
  stop(): Promise<void>;
}

/** Starts a program of this folder in a process of its own and returns when it has printed its address. */
export async function startPeer(name: string, args: readonly string[] = []): Promise<Peer> {
  const child = startChild([join(import.meta.dirname, `${name}.ts`), ...args], process.env);
  let complaints = "";
  child.stderr?.on("data", (chunk: Buffer) => (complaints += chunk));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  if (child.stdout) createInterface({ input: child.stdout }).once("line", resolve);
  child.once("exit", (code) => reject(new Error(`${name} ended with ${code}: ${complaints}`)));
  return { url: await promise, stop: () => stopChild(child) };
}
