import { and, eq, exists, type SQL } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { insertEvent } from "../webhooks/event.store.ts";
import type { JobRow } from "./define.ts";
import { jobs } from "./tables.ts";

const LONGEST_ERROR = 300;

/** For the batch that ends a job, behind that: tells its owner, and operators of a failure. Nothing where another ended it. */
export function recordJobEnd({ db, now }: Pick<Context, "db" | "now">, job: JobRow) {
  const { id, type, domain, status, completed_at } = job;
  const isBanking = domain === "banking";
  return insertEvent(
    db,
    {
      type: status === "completed" ? "job.completed" : "job.failed",
      // What a bank's job works on, and what its errors quote, stays here.
      subject: isBanking ? type : (job.subject ?? id),
      owner: job.created_by,
      data: {
        job_id: id,
        job_type: type,
        domain,
        status,
        subject: isBanking ? null : job.subject,
        error: isBanking ? null : (job.errors[0]?.slice(0, LONGEST_ERROR) ?? null),
        error_count: job.errors.length,
      },
      fact: `job.${status}:${id}:${completed_at}`,
      only_if: hasEndedSo(db, job),
    },
    now(),
  );
}

function hasEndedSo(db: Context["db"], { id, status, completed_at }: JobRow): SQL {
  const ended = and(eq(jobs.id, id), eq(jobs.status, status), eq(jobs.completed_at, completed_at ?? 0));
  return exists(db.select({ id: jobs.id }).from(jobs).where(ended));
}
