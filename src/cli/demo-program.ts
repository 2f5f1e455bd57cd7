import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { startChild, stopChild } from "./child.ts";
import { Failure, runCommand } from "./failure.ts";
import { isPortFree } from "./ports.ts";

type Texts = Record<string, string>;

export interface DemoProgram {
  /** Of the npm script, such as `demo:bank`. */
  name: string;
  /** The file that serves, which takes `--port` and `arguments`. */
  program: string;
  port: number;
  help: string;
  /** Names of options that take a text, empty unless given. */
  options?: readonly string[];
  /** What the options mean to the program. Throws a `Failure` for options that do not go together. */
  prepare?: (given: Texts) => { arguments: string[]; environment: Texts };
}

/** Runs a server of this machine to try Catchment with, until it is told to stop. */
export async function runDemoProgram(demo: DemoProgram): Promise<void> {
  await runCommand(async () => {
    const { help: isHelp, ...given } = readOptions(demo);
    if (isHelp) return console.log(demo.help);
    const { port = "", ...options } = given;
    const { arguments: more, environment } = demo.prepare?.(options) ?? { arguments: [], environment: {} };
    await requirePort(demo, port);
    const child = startChild([demo.program, "--port", port, ...more], { ...process.env, ...environment });
    child.stdout?.pipe(process.stdout);
    child.stderr?.pipe(process.stderr);
    child.once("exit", (code) => (process.exitCode = code ?? 0));
    const stop = () => void stopChild(child);
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

function readOptions({ port, help, options = [] }: DemoProgram): Texts {
  const text = { type: "string", default: "" } as const;
  const known: ParseArgsOptionsConfig = {
    ...Object.fromEntries(options.map((name) => [name, text])),
    port: { type: "string", default: String(port) },
    help: { type: "boolean", short: "h" },
  };
  try {
    const { values } = parseArgs({ args: process.argv.slice(2), options: known });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : error}\n\n${help}`, { cause: error });
  }
}

async function requirePort(demo: DemoProgram, text: string): Promise<void> {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure(`--port must be a whole number from 1 to 65535, and it is "${text}".`);
  }
  if (await isPortFree(port)) return;
  throw new Failure(
    `Port ${text} is taken by another program: choose another with npm run ${demo.name} -- --port ${demo.port + 1}.`,
  );
}
