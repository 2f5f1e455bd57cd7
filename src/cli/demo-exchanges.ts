import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { startChild, stopChild } from "./child.ts";
import { Failure } from "./failure.ts";

const PROGRAM = "test/support/exchange-server/server.ts";
const READY_SECONDS = 20;

/** The exchanges whose formats the local exchange server speaks. */
const EXCHANGES = ["binance", "bybit", "okx", "kraken", "coinbase"];

export interface DemoExchanges {
  child: ChildProcess;
  /** The value of `EXCHANGE_URLS`. */
  urls: string;
}

/** Starts the local exchange server on a free port and returns it when it listens. */
export async function startDemoExchanges(): Promise<DemoExchanges> {
  const child = startChild([PROGRAM, "--port", "0"], process.env);
  let complaints = "";
  child.stderr?.on("data", (chunk: Buffer) => (complaints += chunk));
  try {
    const base = await readAddress(child);
    return { child, urls: JSON.stringify(Object.fromEntries(EXCHANGES.map((id) => [id, `${base}/${id}`]))) };
  } catch (error) {
    await stopChild(child);
    throw new Failure(`The demo's exchange server did not start.\n${complaints}`.trim(), { cause: error });
  }
}

function readAddress(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timeout = setTimeout(() => reject(new Error("timeout")), READY_SECONDS * 1000);
  child.once("exit", (code) => reject(new Error(`exit ${code}`)));
  if (child.stdout) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = /http:\/\/\S+/.exec(line)?.[0];
      if (address) resolve(address);
    });
  }
  return promise.finally(() => clearTimeout(timeout));
}
