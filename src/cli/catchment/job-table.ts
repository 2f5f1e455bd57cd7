import type { Job } from "./follow-job.ts";
import { readProgress } from "./job-progress.ts";
import type { Cell } from "./output.ts";

export const JOB_HEADINGS = ["id", "type", "status", "done", "started", "what"];

/** A job as a row under these headings. */
export function jobCells(job: Job): Cell[] {
  const { fraction, text } = readProgress(job);
  const done = job.status === "completed" || fraction === null ? "" : `${Math.floor(fraction * 100)}%`;
  const what = job.status === "failed" ? job.errors.at(-1) : (job.results?.message ?? job.subject ?? text);
  return [job.id, job.type, job.status, done, job.started_at ?? job.created_at, what];
}
