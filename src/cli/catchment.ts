import { CommanderError } from "commander";
import { describeError, exitCodes, INTERRUPTIONS } from "./catchment/command-error.ts";
import { escapeControls } from "./catchment/escape-controls.ts";
import { createProgram } from "./catchment/program.ts";

/** Runs a command and returns its exit code; what it throws becomes one line on stderr. */
async function run(args: string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const { message, exitCode } = describeError(error);
    console.error(escapeControls(message));
    return exitCode;
  }
}

for (const signal of INTERRUPTIONS) {
  process.on(signal, () => {
    console.error("Interrupted.");
    process.exit(exitCodes.interrupted);
  });
}
// A reader such as `head` may have seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.failed),
);
process.exitCode = await run(process.argv.slice(2));
