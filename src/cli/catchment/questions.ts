import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { wrongUsage } from "./command-error.ts";

/** Asks on the terminal. Throws where nobody could answer. */
export function askFor(what: string): Promise<string> {
  return ask(what, process.stderr);
}

/** The same without showing what is typed. */
export async function askForSecret(what: string): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const pending = ask(what, silence);
  process.stderr.write(`${what}: `);
  try {
    return await pending;
  } finally {
    process.stderr.write("\n");
  }
}

/** A secret from a pipe, without the line break that ends it. */
export async function readPipedSecret(): Promise<string> {
  const secret = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (secret === "") throw wrongUsage("There is no password on standard input.");
  return secret;
}

async function ask(what: string, output: NodeJS.WritableStream): Promise<string> {
  if (!process.stdin.isTTY) {
    throw wrongUsage(`Nobody is there to ask: give --email, and the password by --password-stdin.`);
  }
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return await terminal.question(`${what}: `);
  } finally {
    terminal.close();
  }
}
