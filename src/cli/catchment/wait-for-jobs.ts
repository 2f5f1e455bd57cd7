import { exitCodes } from "./command-error.ts";
import { followJob, type Job, readJob } from "./follow-job.ts";
import { note, printLine } from "./output.ts";
import type { Session } from "./session.ts";

export interface WaitOptions {
  /** False for `--no-wait`. */
  wait: boolean;
}

/**
 * A job that a command has started, at its end or, without waiting, as it is. Says how it went unless JSON is wanted, and
 * sets the exit code when it did not complete.
 */
export async function waitForJob(session: Session, id: string, { wait }: WaitOptions): Promise<Job> {
  const job = wait ? await followJob(session, id) : await readJob(session, id);
  if (!session.json) printLine(describeJob(job));
  if (wait) reportFailure(job);
  return job;
}

/** How a job is, in one line. */
export function describeJob({ id, type, status, results }: Job): string {
  if (status === "pending" || status === "running") {
    return `${id}: ${type} is ${status}. Follow it with catchment jobs show ${id} --watch.`;
  }
  const found = describeResults(results ?? {});
  return `${id}: ${type} ${status}${found === "" ? "" : `. ${found}`}`;
}

/** The sentence that a job ends with, or its counts. */
function describeResults(results: NonNullable<Job["results"]>): string {
  if (typeof results.message === "string") return results.message;
  const counts = Object.entries(results).filter(([, value]) => typeof value === "number");
  return counts.map(([name, count]) => `${name.replaceAll("_", " ")}: ${count}`).join(", ");
}

/** A job that did not complete makes the command fail; errors of one that did are told. */
export function reportFailure({ id, status, errors }: Job): void {
  if (status !== "completed") process.exitCode = exitCodes.failed;
  const last = errors.at(-1);
  if (last === undefined) return;
  const more = errors.length > 1 ? ` (the last of ${errors.length}; catchment jobs log ${id} has all)` : "";
  note(`${id}: ${last}${more}`);
}
