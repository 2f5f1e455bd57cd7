import type { Context } from "../../context.ts";
import { jobTopic, PLATFORM_TOPIC } from "../events/protocol.ts";
import type { JobRow } from "./define.ts";

const ENDED = new Set(["completed", "failed", "cancelled"]);

export const hasEnded = (row: Pick<JobRow, "status">) => ENDED.has(row.status);

/** What a frame says of a job; the inventory document's keys and, once it has ended, how. */
export function jobFrameData(row: JobRow): Record<string, unknown> {
  const data = { job_id: row.id, type: row.type, status: row.status, progress: row.progress };
  return hasEnded(row) ? { ...data, results: row.results, errors: row.errors } : data;
}

/** Publishes the job's state to those who watch it, and to the platform's feed. */
export async function announceJob(ctx: Context, row: JobRow): Promise<void> {
  const event = { domain: row.domain, owner: row.created_by, data: jobFrameData(row), at: ctx.now() };
  const name = row.status === "running" ? "job.progress" : `job.${row.status}`;
  await Promise.all([
    ctx.feeds.publish(jobTopic(row.id), { ...event, type: "progress", last: hasEnded(row) }),
    ctx.feeds.publish(PLATFORM_TOPIC, { ...event, type: name }),
  ]);
}

/** Logs and counts a change of a job's state. */
export function recordTransition(ctx: Context, row: JobRow, reason?: string): void {
  ctx.log.info("job_transition", { job_id: row.id, type: row.type, status: row.status, attempt: row.attempts, reason });
  if (hasEnded(row)) ctx.metrics.job(row.type, row.status, (row.completed_at ?? row.created_at) - row.created_at);
}
