import type { Command } from "commander";
import { dataOrThrow } from "../../client/client.ts";
import { exitCodes } from "../catchment/command-error.ts";
import type { Job } from "../catchment/follow-job.ts";
import { note, printJson, printTable } from "../catchment/output.ts";
import { readCount } from "../catchment/read-options.ts";
import { openSession } from "../catchment/session.ts";
import { waitForJob } from "../catchment/wait-for-jobs.ts";

/** `instrument ls|harvest`, for admins. */
export function addInstrumentCommands(program: Command): void {
  const instrument = program.command("instrument").description("laboratory instruments, for admins");
  instrument
    .command("ls")
    .description("list the instruments")
    .option("--limit <count>", "at most so many", readCount, 50)
    .addHelpText("after", "\nExample:\n  catchment instrument ls")
    .action(listInstruments);
  instrument
    .command("harvest")
    .description("harvest an instrument now, by each of its schedules")
    .argument("<id>", "as instrument ls shows it")
    .option("--no-wait", "do not wait for the jobs to end")
    .addHelpText(
      "after",
      `
With --json: { "jobs": [...], "errors": [...] }.

Example:
  catchment instrument harvest 5b0c7d3e-6c0f-4c39-9f5e-0e1f6b0d8a11`,
    )
    .action(harvest);
}

async function listInstruments({ limit }: { limit: number }, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const answer = await dataOrThrow(client.GET("/api/instruments", { params: { query: { limit } } }));
  const instruments = "items" in answer ? answer.items : answer;
  if (json) return printJson(instruments);
  printTable(
    ["id", "name", "enabled", "last harvest"],
    instruments.map(({ id, name, enabled, last_harvested_at }) => [
      ...[id, name, enabled ? "yes" : "no", last_harvested_at],
    ]),
  );
}

async function harvest(id: string, options: { wait: boolean }, command: Command): Promise<void> {
  const session = openSession(command);
  const call = session.client.POST("/api/instruments/{id}/harvest", { params: { path: { id } } });
  const { triggered, errors } = await dataOrThrow(call);
  const jobs: Job[] = [];
  for (const { flow_run_id } of triggered) jobs.push(await waitForJob(session, flow_run_id, options));
  for (const { schedule_id, error } of errors) note(`Schedule ${schedule_id}: ${error}`);
  if (errors.length > 0) process.exitCode = exitCodes.failed;
  if (session.json) printJson({ jobs, errors });
}
