import { type Command, Option } from "commander";
import { dataOrThrow, type Schemas } from "../../client/client.ts";
import { note, printJson, printLine, printTable } from "../catchment/output.ts";
import { packProject } from "../catchment/pack-project.ts";
import { readList } from "../catchment/read-options.ts";
import { openSession } from "../catchment/session.ts";
import { waitForJob } from "../catchment/wait-for-jobs.ts";

interface RunOptions {
  select?: string[];
  exclude?: string[];
  fullRefresh?: boolean;
  wait: boolean;
}

/** `dbt push|run|build|test`: models of the warehouse. */
export function addDbtCommands(program: Command): void {
  const dbt = program.command("dbt").description("models of the warehouse");
  dbt
    .command("push")
    .description("upload the dbt project in a folder")
    .argument("[folder]", "where dbt_project.yml is", ".")
    .option("--merge", "keep files of the project that the folder does not have")
    .addHelpText(
      "after",
      `
target, logs, virtual environments and what starts with a dot stay behind; dbt_packages go along, as dbt deps made them.

Examples:
  catchment dbt push models-of-shop
  catchment dbt push --merge`,
    )
    .action(push);
  for (const name of ["run", "build", "test"] as const) {
    dbt
      .command(name)
      .description({ run: "build the models", build: "build and test the models", test: "test the models" }[name])
      .option("--select <names>", "only these, as dbt's --select, separated by commas", readList)
      .option("--exclude <names>", "all but these", readList)
      .addOption(new Option("--full-refresh", "build incremental models anew").hideHelp(name === "test"))
      .option("--no-wait", "do not wait for the job to end")
      .addHelpText(
        "after",
        `
With --json: the run with how each of its nodes ended.

Examples:
  catchment dbt ${name}
  catchment dbt ${name} --select tag:daily,orders+`,
      )
      .action((options: RunOptions, command: Command) => run(name, options, command));
  }
}

async function push(folder: string, { merge = false }: { merge?: boolean }, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const archive = await packProject(folder);
  const answer = await dataOrThrow(
    client.POST("/api/dbt/project", {
      params: { query: { mode: merge ? "merge" : "replace" } },
      body: new Blob([archive]),
      bodySerializer: (body) => body,
      headers: { "Content-Type": "application/zip" },
    }),
  );
  if (json) return printJson(answer);
  printLine(`The project has ${answer.total_files} files with ${answer.total_bytes.toLocaleString("en-US")} bytes.`);
  for (const path of answer.ignored) note(`Left out: ${path}`);
}

async function run(name: "run" | "build" | "test", options: RunOptions, command: Command): Promise<void> {
  const session = openSession(command);
  const { select = [], exclude = [], fullRefresh = false } = options;
  const body = { command: name, select, exclude, full_refresh: fullRefresh };
  const { job_id } = await dataOrThrow(session.client.POST("/api/dbt/runs", { body }));
  const job = await waitForJob(session, job_id, options);
  if (!options.wait) return session.json ? printJson(job) : undefined;
  const params = { path: { run_id: job_id } };
  const ended = await dataOrThrow(session.client.GET("/api/dbt/runs/{run_id}", { params }));
  if (session.json) return printJson(ended);
  showResults(ended.results);
}

function showResults(results: Schemas["DbtResult"][]): void {
  if (results.length === 0) return;
  printTable(
    ["node", "status", "rows", "seconds", "message"],
    results.map(({ name, status, row_count, failures, execution_seconds, message }) => [
      ...[name, status, row_count ?? failures, execution_seconds, message],
    ]),
  );
}
