import { runDemoProgram } from "./demo-program.ts";
import { Failure } from "./failure.ts";

const help = `npm run demo:bank -- [options]

  --port PORT     another port than 8100
  --forward URL   post one-time codes to this Catchment, as a phone's forwarder does; with --key
  --key KEY       the forwarder's key, as POST /netbank/otp/key gave it
  --help          this page`;

/** `npm run demo:bank`: a bank to collect reports from. */
await runDemoProgram({
  name: "demo:bank",
  program: "test/support/demo-bank/serve.ts",
  port: 8100,
  help,
  options: ["forward", "key"],
  prepare({ forward = "", key = "" }) {
    if ((forward === "") !== (key === "")) throw new Failure("--forward and --key go together.");
    if (forward !== "" && !URL.canParse(forward)) {
      throw new Failure(`--forward must be the address of a Catchment, and it is "${forward}".`);
    }
    // In the environment the key does not show in the program's own line of the list of processes.
    return { arguments: ["--forward", forward], environment: { FORWARDER_KEY: key } };
  },
});
