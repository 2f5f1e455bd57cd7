/** A situation that one sentence explains; commands print it without a stack and exit with 1. */
export class Failure extends Error {}

/** Runs a command and turns what it throws into an exit code: a sentence for a `Failure`, a stack otherwise. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    process.exitCode = 1;
  }
}
