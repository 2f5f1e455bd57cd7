import { setTimeout as sleep } from "node:timers/promises";
import { dataOrThrow, type Schemas } from "../../client/client.ts";
import { callPatiently, mayPass } from "./call-patiently.ts";
import { CommandError, exitCodes, INTERRUPTIONS } from "./command-error.ts";
import { readProgress } from "./job-progress.ts";
import { openLiveSocket } from "./live-socket.ts";
import { note } from "./output.ts";
import { createProgressBar, type ProgressBar } from "./progress-bar.ts";
import type { Session } from "./session.ts";

export type Job = Schemas["Job"];

const POLL_MS = 1_000;
/** While a socket tells what happens, asking only finds out that it has gone silent. */
const POLL_BESIDE_SOCKET_MS = 15_000;

const ENDED = new Set<string>(["completed", "failed", "cancelled"]);

export const hasEnded = ({ status }: Pick<Job, "status">) => ENDED.has(status);

/** A job by its id, or its flow run id. */
export function readJob({ client }: Session, id: string): Promise<Job> {
  return dataOrThrow(client.GET("/jobs/{job_id}", { params: { path: { job_id: id } } }));
}

/**
 * Follows a job to its end with a bar, and returns it as it ended. Ctrl+C leaves the job running and exits with 130;
 * a server that does not answer for a minute ends the following, too.
 */
export async function followJob(session: Session, id: string): Promise<Job> {
  let bar: ProgressBar | undefined;
  const interrupt = () => {
    bar?.clear();
    note(
      `Interrupted; ${id} goes on. Follow it with catchment jobs show ${id} --watch, or end it with catchment jobs cancel ${id}.`,
    );
    process.exit(exitCodes.interrupted);
  };
  for (const signal of INTERRUPTIONS) process.prependOnceListener(signal, interrupt);
  try {
    const first = await readJob(session, id);
    const shown = createProgressBar(`${first.type} ${first.id}`);
    bar = shown;
    return await watch(session, first, (job) => shown.show(readProgress(job)));
  } finally {
    for (const signal of INTERRUPTIONS) process.off(signal, interrupt);
    bar?.clear();
  }
}

async function watch(
  session: Session,
  first: Job,
  onChange: (job: Pick<Job, "status" | "progress">) => void,
): Promise<Job> {
  if (hasEnded(first)) return first;
  let wait = new AbortController();
  const socket = openLiveSocket(session, `job:${first.id}`, {
    onFrame: ({ status, progress }) => {
      if (typeof status === "string" && ENDED.has(status)) return wait.abort();
      if (typeof progress === "object" && progress !== null) {
        onChange({ status: "running", progress: Object.fromEntries(Object.entries(progress)) });
      }
    },
    onClose: () => wait.abort(),
  });
  let job = first;
  try {
    while (!hasEnded(job)) {
      onChange(job);
      const { signal } = wait;
      await sleep(socket.isOpen() ? POLL_BESIDE_SOCKET_MS : POLL_MS, undefined, { signal }).catch(() => {});
      // Made before the job is read, so that what happens meanwhile ends the next wait at once.
      wait = new AbortController();
      job = await readPatiently(session, job.id);
    }
    return job;
  } finally {
    socket.close();
  }
}

/** The job, once the server answers; a restart of it is waited for. */
async function readPatiently(session: Session, id: string): Promise<Job> {
  try {
    return await callPatiently(() => readJob(session, id));
  } catch (error) {
    if (!mayPass(error)) throw error;
    const way = `The job may go on: catchment jobs show ${id} says so once it answers.`;
    throw new CommandError(exitCodes.failed, `${error.message.replace(/\.?$/, ".")} ${way}`, { cause: error });
  }
}
