import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { configurationTable, replaceSection } from "./configuration-table.ts";
import { EXCHANGE_LIST, exchangeListText } from "./exchanges.ts";
import { findMissingStatements } from "./migration-drift.ts";
import { renderApi } from "./openapi.ts";
import { paths } from "./paths.ts";
import { readOrNull } from "./write-file.ts";

const run = promisify(execFile);

const BUILD_HINT = "run `npm run build` and commit what it changed";

/** What `npm run check` looks at besides format, lint and types; each returns a sentence with the way out, or null. */
const checks: Record<string, () => Promise<string | null>> = {
  "OpenAPI document": checkApi,
  "OpenAPI lint": lintApi,
  "list of exchanges": checkExchanges,
  "configuration table": checkConfigurationTable,
  "migrations of the database": () => checkMigrations("db"),
  "migrations of the warehouse": () => checkMigrations("warehouse"),
};

async function checkApi(): Promise<string | null> {
  if ((await readOrNull(paths.openapi)) === renderApi()) return null;
  return `src/build/openapi.json is not what the routes say: ${BUILD_HINT}`;
}

async function checkExchanges(): Promise<string | null> {
  if ((await readOrNull(EXCHANGE_LIST)) === (await exchangeListText())) return null;
  return `The list of exchanges is not that of the installed ccxt: ${BUILD_HINT}`;
}

async function checkConfigurationTable(): Promise<string | null> {
  const readme = (await readOrNull(paths.readme)) ?? "";
  if (!readme.includes("<!-- configuration -->")) return "README.md has no `<!-- configuration -->` section";
  if (readme === replaceSection(readme, "configuration", configurationTable())) return null;
  return `The README's configuration table is not what config.ts says: ${BUILD_HINT}`;
}

async function checkMigrations(database: "db" | "warehouse"): Promise<string | null> {
  const missing = await findMissingStatements(database);
  if (missing.length === 0) return null;
  return `The tables changed without a migration: run \`npm run migrations\` and commit it\n${missing.join("\n")}`;
}

async function lintApi(): Promise<string | null> {
  const command = join(paths.packages, "@redocly/cli/bin/cli.js");
  const environment = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const options = ["lint", "--config", paths.redocly, paths.openapi];
  const { stdout, stderr, failed } = await run(process.execPath, [command, ...options], { env: environment })
    .then((output) => ({ ...output, failed: false }))
    .catch((error: { stdout: string; stderr: string }) => ({ ...error, failed: true }));
  return failed ? `redocly lint found errors:\n${stdout}${stderr}` : null;
}

for (const [name, check] of Object.entries(checks)) {
  const problem = await check();
  console.log(problem ? `failed: ${name}\n${problem}\n` : `passed: ${name}`);
  if (problem) process.exitCode = 1;
}
