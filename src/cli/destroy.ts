import { createInterface } from "node:readline/promises";
import { type Doomed, findLocalData } from "./backup/local-data.ts";
import { assertHasData } from "./backup/hold-state.ts";
import { readDestroyOptions } from "./backup/options.ts";
import { findRemoteResources } from "./backup/remote-resources.ts";
import { readWranglerConfig } from "./cloud-resources.ts";
import { openAccount } from "./cloudflare.ts";
import { Failure, runCommand } from "./failure.ts";

const HELP = `Deletes a whole deployment: lists what there is, asks for its name, and deletes it. Nothing brings it back but a backup.

  npm run destroy [-- --state FOLDER | --remote] [--yes]

  --state    folder of the local data (default: .wrangler/state); its .dev.vars stays, whose VAULT_KEYS open its backups
  --remote   Worker, databases, bucket and queues on Cloudflare; its secrets, VAULT_KEYS among them, go with the Worker
  --yes      does not ask, for scripts`;

await runCommand(async () => {
  const options = readDestroyOptions(process.argv.slice(2), HELP);
  if (!options) {
    console.log(HELP);
    return;
  }
  if (!options.remote) assertHasData(options.state);
  const { name } = readWranglerConfig();
  const doomed = options.remote
    ? await findRemoteResources(await openAccount(process.env))
    : await findLocalData(options.state);
  try {
    if (doomed.parts.length === 0) {
      console.log(`There is nothing of ${name} in ${doomed.place}.`);
      return;
    }
    console.log(
      `In ${doomed.place} there is:\n${doomed.parts.map(({ description }) => `  ${description}\n`).join("")}`,
    );
    if (!options.yes) await confirm(name);
    await destroy(doomed);
  } finally {
    await doomed.close();
  }
});

async function destroy({ parts }: Doomed): Promise<void> {
  for (const { description, remove } of parts) {
    await remove();
    console.log(`Deleted ${description}.`);
  }
}

async function confirm(name: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Failure("Nobody is there to confirm it: add --yes to delete all of it. Nothing was deleted.");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const typed = await terminal.question(`Type ${name} to delete all of it: `).catch(leave);
    if (typed.trim() !== name) throw new Failure("That is not its name. Nothing was deleted.");
  } finally {
    terminal.close();
  }
}

/** Ctrl+C or Ctrl+D instead of an answer. */
function leave(error: unknown): never {
  if (error instanceof Error && error.name === "AbortError") throw new Failure("\nNothing was deleted.");
  throw error;
}
