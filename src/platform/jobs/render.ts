import type { JobRow } from "./define.ts";

/** Milliseconds as ISO 8601 with `Z`, without a fraction when there is none. */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString().replace(".000Z", "Z");
}

/** A job as `GET /jobs/{id}` shows it; params hold references to secrets, never secrets. */
export function renderJob(row: JobRow) {
  return {
    id: row.id,
    flow_run_id: row.flow_run_id,
    type: row.type,
    domain: row.domain,
    status: row.status,
    subject: row.subject,
    params: row.params,
    progress: row.progress,
    results: row.results,
    errors: row.errors,
    attempts: row.attempts,
    created_at: isoTime(row.created_at),
    started_at: isoTime(row.started_at),
    completed_at: isoTime(row.completed_at),
    next_attempt_at: isoTime(row.next_attempt_at),
    created_by: row.created_by,
  };
}
