import { Command } from "commander";
import packageFile from "../../../package.json" with { type: "json" };
import { escapeControls } from "./escape-controls.ts";
import { addAuditCommands } from "../commands/audit.ts";
import { addDataCommands } from "../commands/data.ts";
import { addDbtCommands } from "../commands/dbt.ts";
import { addExtractCommand } from "../commands/extract.ts";
import { addIngestCommands } from "../commands/ingest.ts";
import { addInstrumentCommands } from "../commands/instrument.ts";
import { addJobsCommands } from "../commands/jobs.ts";
import { addLoginCommands } from "../commands/login.ts";
import { addReadCommand } from "../commands/read.ts";
import { addSourceCommands } from "../commands/source.ts";
import { addStatusCommand } from "../commands/status.ts";
import { addTokenCommands } from "../commands/token.ts";

const EXAMPLES = `
Examples:
  catchment login --url http://localhost:8000
  catchment ingest download binance BTCUSDT --from 2024-01-01 --to 2024-01-31
  catchment read binance BTCUSDT --from 2024-01-01 --to 2024-01-31 --output btc.parquet
  catchment jobs --status failed --json

Where it goes: --url and --token, else CATCHMENT_URL and CATCHMENT_TOKEN, else what login has stored.

Exit codes: 0 done, 1 a job failed or the server did, 2 the command is wrong, 3 not signed in or not allowed,
4 not found, 130 interrupted (a job that was started goes on).`;

/** The command line `catchment`: each command is one file of `commands`. */
export function createProgram(): Command {
  const program = new Command("catchment")
    .description("Collects data with a Catchment from the command line")
    .version(packageFile.version)
    .option("--url <address>", "the Catchment to talk to")
    .option("--token <token>", "a token instead of the stored login; CATCHMENT_TOKEN keeps it out of shells' histories")
    .option("--json", "print one JSON document and nothing else")
    .addHelpText("after", EXAMPLES)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ outputError: writeUsageError });
  const additions = [
    addLoginCommands,
    addStatusCommand,
    addJobsCommands,
    addIngestCommands,
    addReadCommand,
    addExtractCommand,
    addSourceCommands,
    addDbtCommands,
    addDataCommands,
    addInstrumentCommands,
    addTokenCommands,
    addAuditCommands,
  ];
  for (const add of additions) add(program);
  return program;
}

/** Commander's sentence and the nearest name, which stand on two lines, as one line with the way to the rest. */
function writeUsageError(text: string, write: (text: string) => void): void {
  const line = text
    .trim()
    .replace(/^error: /, "")
    .replaceAll("\n", " ");
  const sentence = `${line.charAt(0).toUpperCase()}${line.slice(1)}${line.endsWith(".") ? "" : "."}`;
  write(`${escapeControls(sentence)} See --help.\n`);
}
