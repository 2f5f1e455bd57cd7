import { setTimeout as sleep } from "node:timers/promises";
import { dataOrThrow } from "../../client/client.ts";
import type { Job } from "./follow-job.ts";
import { JOB_HEADINGS, jobCells } from "./job-table.ts";
import { openLiveSocket } from "./live-socket.ts";
import { printLine, printTable } from "./output.ts";
import type { Session } from "./session.ts";

const POLL_MS = 2_000;
/** Events come in bursts; each look asks for the whole list. */
const LEAST_PAUSE_MS = 300;
const CLEAR_SCREEN = "\u001B[H\u001B[2J\u001B[3J";

export interface JobFilter {
  status?: Job["status"];
  type?: string;
  limit: number;
}

/** Shows the list of jobs anew whenever it changes, until Ctrl+C; where stdout is no terminal, a line for each change. */
export async function watchJobs(session: Session, { status, type, limit }: JobFilter): Promise<never> {
  const query = { limit, ...(status && { status }), ...(type !== undefined && { type }) };
  let wait = new AbortController();
  let socket = listen(() => wait.abort());
  const show = process.stdout.isTTY ? showList : showChanges();
  for (;;) {
    const { jobs } = await dataOrThrow(session.client.GET("/jobs", { params: { query } }));
    show(jobs);
    const { signal } = wait;
    await sleep(LEAST_PAUSE_MS);
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    wait = new AbortController();
    if (socket.isClosed()) socket = listen(() => wait.abort());
  }

  function listen(onFrame: () => void) {
    return openLiveSocket(session, "platform", { onFrame, onClose: () => {} });
  }
}

function showList(jobs: Job[]): void {
  process.stdout.write(CLEAR_SCREEN);
  printTable(JOB_HEADINGS, jobs.map(jobCells));
}

function showChanges(): (jobs: Job[]) => void {
  const seen = new Map<string, string>();
  return (jobs) => {
    for (const job of jobs.toReversed()) {
      const line = jobCells(job).join("  ");
      if (seen.get(job.id) !== line) printLine(line);
      seen.set(job.id, line);
    }
  };
}
