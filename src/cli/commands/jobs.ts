import { Argument, type Command, Option } from "commander";
import { dataOrThrow } from "../../client/client.ts";
import { wrongUsage } from "../catchment/command-error.ts";
import { followJob, readJob } from "../catchment/follow-job.ts";
import { JOB_HEADINGS, jobCells } from "../catchment/job-table.ts";
import { printJson, printLine, printTable } from "../catchment/output.ts";
import { openSession, type Session } from "../catchment/session.ts";
import { describeJob, reportFailure } from "../catchment/wait-for-jobs.ts";
import { readCount } from "../catchment/read-options.ts";
import { type JobFilter, watchJobs } from "../catchment/watch-jobs.ts";

const STATUSES = ["pending", "running", "completed", "failed", "cancelled"] as const;

/** `jobs`, and what is done with one of them. */
export function addJobsCommands(program: Command): void {
  const jobs = program
    .command("jobs")
    .description("list jobs, newest first")
    .usage("[options] [command]")
    .addArgument(new Argument("[command]").choices(["show", "log", "cancel"]))
    .addOption(new Option("--status <status>", "only jobs in this state").choices(STATUSES))
    .option("--type <type>", "only jobs of this type, such as download")
    .option("--limit <count>", "at most so many", readCount, 20)
    .option("--watch", "show changes as they happen, until Ctrl+C")
    .addHelpText(
      "after",
      `
Examples:
  catchment jobs --watch
  catchment jobs --status failed --type download
  catchment jobs show job_1705314600000123 --watch`,
    )
    .action((_command: undefined, options: JobFilter & { watch?: boolean }, command: Command) =>
      options.watch ? watchJobs(openWatchSession(command), options) : listJobs(openSession(command), options),
    );
  jobs
    .command("show")
    .description("show a job")
    .argument("<id>", "the job's id")
    .option("--watch", "follow it to its end")
    .addHelpText("after", "\nExample:\n  catchment jobs show job_1705314600000123 --watch")
    .action(showJob);
  jobs
    .command("log")
    .description("show what has happened to a job, and all its errors")
    .argument("<id>", "the job's id")
    .addHelpText("after", "\nExample:\n  catchment jobs log job_1705314600000123")
    .action(showLog);
  jobs
    .command("cancel")
    .description("end a job; what it has stored stays")
    .argument("<id>", "the job's id")
    .addHelpText("after", "\nExample:\n  catchment jobs cancel job_1705314600000123")
    .action(cancelJob);
}

function openWatchSession(command: Command): Session {
  const session = openSession(command);
  if (session.json) throw wrongUsage("--watch never ends and --json prints one document: choose one of them.");
  return session;
}

async function listJobs({ client, json }: Session, { status, type, limit }: JobFilter): Promise<void> {
  const query = { limit, ...(status && { status }), ...(type !== undefined && { type }) };
  const page = await dataOrThrow(client.GET("/jobs", { params: { query } }));
  if (json) return printJson(page);
  if (page.jobs.length > 0) printTable(JOB_HEADINGS, page.jobs.map(jobCells));
  printLine(`${page.jobs.length} of ${page.total} ${page.total === 1 ? "job" : "jobs"}`);
}

async function showJob(id: string, _options: object, command: Command): Promise<void> {
  const session = openSession(command);
  // The list above it has an option of the same name, which takes it wherever it stands.
  const { watch = false } = command.optsWithGlobals<{ watch?: boolean }>();
  const job = watch ? await followJob(session, id) : await readJob(session, id);
  if (watch) reportFailure(job);
  if (session.json) return printJson(job);
  if (watch) return printLine(describeJob(job));
  const { progress, params, results, errors, ...fields } = job;
  const shown = { ...fields, progress, params, results, errors: errors.length };
  printTable(["field", "value"], Object.entries(shown));
}

async function showLog(id: string, _options: object, command: Command): Promise<void> {
  const session = openSession(command);
  const job = await readJob(session, id);
  const lines = [
    { at: job.created_at, text: `${job.type} was asked for` },
    { at: job.started_at, text: `started, attempt ${job.attempts}` },
    ...job.errors.map((text) => ({ at: null, text })),
    { at: job.next_attempt_at, text: "the next attempt is due" },
    { at: job.completed_at, text: job.status },
  ].filter(({ at, text }) => at !== null || job.errors.includes(text));
  if (session.json) return printJson(lines);
  for (const { at, text } of lines) printLine(`${at ?? " ".repeat(20)}  ${text}`);
}

async function cancelJob(id: string, _options: object, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const job = await dataOrThrow(client.POST("/jobs/{job_id}/cancel", { params: { path: { job_id: id } } }));
  if (json) return printJson(job);
  printLine(describeJob(job));
}
