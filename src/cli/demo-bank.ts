import { parseArgs } from "node:util";
import { startChild, stopChild } from "./child.ts";
import { Failure, runCommand } from "./failure.ts";
import { isPortFree } from "./ports.ts";

const PROGRAM = "test/support/demo-bank/serve.ts";

const help = `npm run demo:bank -- [options]

  --port PORT     another port than 8100
  --forward URL   post one-time codes to this Catchment, as a phone's forwarder does; with --key
  --key KEY       the forwarder's key, as POST /netbank/otp/key gave it
  --help          this page`;

/** `npm run demo:bank`: a bank on this machine to collect reports from, until it is told to stop. */
await runCommand(async () => {
  const { port, forward, key, help: isHelp } = readOptions(process.argv.slice(2));
  if (isHelp) {
    console.log(help);
    return;
  }
  if (!(await isPortFree(Number(port)))) {
    throw new Failure(
      `Port ${port} is taken by another program: choose another with npm run demo:bank -- --port 8101.`,
    );
  }
  // The key in the environment does not show in the list of processes.
  const child = startChild([PROGRAM, "--port", port, "--forward", forward], { ...process.env, FORWARDER_KEY: key });
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
  if ((values.forward === "") !== (values.key === "")) throw new Failure("--forward and --key go together.");
  if (values.forward !== "" && !URL.canParse(values.forward)) {
    throw new Failure(`--forward must be the address of a Catchment, and it is "${values.forward}".`);
  }
  return values;
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string", default: "8100" },
        forward: { type: "string", default: "" },
        key: { type: "string", default: "" },
        help: { type: "boolean", default: false, short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : error}\n\n${help}`, { cause: error });
  }
}
