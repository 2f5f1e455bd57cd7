import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { dataOrThrow } from "../../client/client.ts";
import { wrongUsage } from "../catchment/command-error.ts";
import { note, printJson, printLine, printTable } from "../catchment/output.ts";
import { readSetting } from "../catchment/read-options.ts";
import { openSession, type Session } from "../catchment/session.ts";
import { uploadFile } from "../catchment/upload-file.ts";
import { waitForJob } from "../catchment/wait-for-jobs.ts";

interface AddOptions {
  type: string;
  set?: Record<string, unknown>;
  config?: string;
  description?: string;
}

interface SyncOptions {
  fullRefresh?: boolean;
  wait: boolean;
}

interface UploadOptions {
  sync?: boolean;
  wait: boolean;
}

/** `source add|list|sync|upload`: sources of the warehouse. */
export function addSourceCommands(program: Command): void {
  const source = program.command("source").description("sources of the warehouse, and their files");
  source
    .command("add")
    .description("add a source")
    .argument("<name>", "letters, digits and _")
    .requiredOption("--type <type>", "kind of source, such as csv; GET /api/source-types has all")
    .option("--set <key=value>", "a setting of its config; a value that is JSON is taken as such", readSetting)
    .option("--config <file>", "its config as a JSON file, which --set changes")
    .option("--description <text>", "for people")
    .addHelpText(
      "after",
      `
A config names secrets, by keys that end in _env; it never holds them.

Examples:
  catchment source add orders --type csv --set directory=data/uploads/orders
  catchment source add shop --type postgres --config shop.json`,
    )
    .action(addSource);
  source
    .command("list")
    .description("list the sources")
    .addHelpText("after", "\nExample:\n  catchment source list")
    .action(listSources);
  source
    .command("sync")
    .description("load what a source has")
    .argument("<name>")
    .option("--full-refresh", "load everything anew")
    .option("--no-wait", "do not wait for the job to end")
    .addHelpText("after", "\nExample:\n  catchment source sync sales_data")
    .action(syncSource);
  source
    .command("upload")
    .description("upload a file to a source, in parts when it is large")
    .argument("<name>", "a source for files, such as sales_data")
    .argument("<file>")
    .option("--sync", "load it at once, and wait for that")
    .option("--no-wait", "with --sync: do not wait for the job to end")
    .addHelpText("after", "\nExample:\n  catchment source upload sales_data sales.csv --sync")
    .action(uploadToSource);
}

async function addSource(name: string, options: AddOptions, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const { type, set, description } = options;
  const file = options.config === undefined ? {} : await readConfig(options.config);
  const body = { name, type, config: { ...file, ...set }, ...(description !== undefined && { description }) };
  const source = await dataOrThrow(client.POST("/api/sources", { body }));
  if (json) return printJson(source);
  printLine(`Added the source ${name}.`);
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  try {
    const config: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof config === "object" && config !== null && !Array.isArray(config)) return { ...config };
  } catch (error) {
    throw wrongUsage(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
  throw wrongUsage(`${path} holds no JSON object.`);
}

async function listSources(_options: object, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const sources = await dataOrThrow(client.GET("/api/sources"));
  if (json) return printJson(sources);
  printTable(
    ["name", "type", "enabled", "status", "rows", "last sync"],
    sources.map(({ name, type, enabled, status, row_count, last_sync }) => [
      ...[name, type, enabled ? "yes" : "no", status, row_count, last_sync],
    ]),
  );
}

async function syncSource(name: string, options: SyncOptions, command: Command): Promise<void> {
  const session = openSession(command);
  const job = await startSync(session, name, options);
  if (session.json) printJson(job);
}

async function startSync(session: Session, name: string, options: SyncOptions) {
  const { job_id } = await dataOrThrow(
    session.client.POST("/api/sources/{source_name}/sync", {
      params: { path: { source_name: name } },
      body: { full_refresh: options.fullRefresh ?? false },
    }),
  );
  return waitForJob(session, job_id, options);
}

async function uploadToSource(name: string, file: string, options: UploadOptions, command: Command): Promise<void> {
  const session = openSession(command);
  const uploaded = await uploadFile(session, name, file);
  if (!session.json) printLine(`Uploaded ${uploaded.file_name} to ${name}.`);
  if (!options.sync) {
    if (uploaded.auto_sync) note("It is loaded after the source's quiet time; --sync does so at once.");
    if (session.json) printJson(uploaded);
    return;
  }
  const job = await startSync(session, name, options);
  if (session.json) printJson(job);
}
