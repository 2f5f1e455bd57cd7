import { parseArgs } from "node:util";
import { startChild, stopChild } from "./child.ts";
import { Failure, runCommand } from "./failure.ts";
import { isPortFree } from "./ports.ts";

const PROGRAM = "test/support/webdav-server/serve.ts";

const help = `npm run demo:instrument -- [options]

  --port PORT   another port than 8200
  --help        this page`;

/** `npm run demo:instrument`: an instrument's computer on this machine to harvest files from, until it is told to stop. */
await runCommand(async () => {
  const { port, help: isHelp } = readOptions(process.argv.slice(2));
  if (isHelp) {
    console.log(help);
    return;
  }
  if (!(await isPortFree(Number(port)))) {
    throw new Failure(
      `Port ${port} is taken by another program: choose another with npm run demo:instrument -- --port 8201.`,
    );
  }
  const child = startChild([PROGRAM, "--port", port], process.env);
  child.stdout?.pipe(process.stdout);
  child.stderr?.pipe(process.stderr);
  child.once("exit", (code) => (process.exitCode = code ?? 0));
  const stop = () => void stopChild(child);
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
});

function readOptions(args: string[]) {
  const values = parse(args);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Failure(`--port must be a whole number from 1 to 65535, and it is "${values.port}".`);
  }
  return values;
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string", default: "8200" },
        help: { type: "boolean", default: false, short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : error}\n\n${help}`, { cause: error });
  }
}
