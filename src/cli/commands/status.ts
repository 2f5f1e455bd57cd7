import type { Command } from "commander";
import { ApiError } from "../../client/api-error.ts";
import { dataOrThrow } from "../../client/client.ts";
import { exitCodes } from "../catchment/command-error.ts";
import { printJson, printLine, printTable } from "../catchment/output.ts";
import { openSession, type Session } from "../catchment/session.ts";
import { jobCells, JOB_HEADINGS } from "../catchment/job-table.ts";

const SHOWN = 5;

/** `status`: the server's health, who asks, and what goes on. */
export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description("show how the server is, who is signed in, live jobs and the last failures")
    .addHelpText(
      "after",
      `
Exits with 1 when the server is not ready.

Examples:
  catchment status
  catchment status --json | jq .health.ready`,
    )
    .action(showStatus);
}

async function showStatus(_options: object, command: Command): Promise<void> {
  const session = openSession(command);
  const { client, url, json } = session;
  const health = await readHealth(session);
  const [account, running, failed] = await Promise.all([
    session.token === undefined ? null : readAccount(session),
    dataOrThrow(client.GET("/jobs", { params: { query: { status: "running", limit: SHOWN } } })),
    dataOrThrow(client.GET("/jobs", { params: { query: { status: "failed", limit: SHOWN } } })),
  ]);
  if (!health.ready) process.exitCode = exitCodes.failed;
  if (json) return printJson({ url, account, health, running: running.jobs, failed: failed.jobs });
  printLine(`${url} is ${health.ready ? "ready" : "not ready"}.`);
  printLine(account ? `Signed in as ${account.email ?? account.user_id}.` : "Not signed in as a person.");
  printLine(`${running.total} running ${running.total === 1 ? "job" : "jobs"}, ${failed.total} failed.`);
  const jobs = [...running.jobs, ...failed.jobs];
  if (jobs.length > 0) printTable(JOB_HEADINGS, jobs.map(jobCells));
}

/** What does not run whole answers with 503, and says of itself that it is not ready. */
async function readHealth({ client }: Session): Promise<{ ready: boolean }> {
  return dataOrThrow(client.GET("/health")).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 503) return { ready: false };
    throw error;
  });
}

/** The person behind the token; null for a static token, which is nobody's. */
async function readAccount({ client }: Session) {
  return dataOrThrow(client.GET("/user/me")).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 403) return null;
    throw error;
  });
}
