import { type SQL, sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { isHeld, raiseQuota } from "./quotas.ts";

interface NewJobs {
  /** Null for a job that excludes none; one whose subject a live job has is joined, and is none more. */
  subjects: readonly (string | null)[];
  created_by: string | null;
  /** Work that nobody waits for, such as a schedule's: it can wait, and so is held to the limits too. */
  can_wait?: boolean;
}

/**
 * In the statement or batch that inserts jobs, before they are there: 1, or raises when there would be too many. What a
 * job starts by itself is held to none, lest all that are live wait for room that each other take.
 */
export function withinJobQuota({ config, principal }: Context, { subjects, created_by, can_wait }: NewJobs): SQL {
  if (principal.kind === "system" && !can_wait) return sql`1`;
  const added = sql`(SELECT count(*) FROM json_each(${JSON.stringify(subjects)}) AS wanted WHERE wanted.value IS NULL
    OR NOT EXISTS (SELECT 1 FROM jobs AS known WHERE known.subject = wanted.value AND known.status IN ('pending', 'running')))`;
  const live = sql`(SELECT count(*) FROM jobs AS live WHERE live.status IN ('pending', 'running'))`;
  const own = sql`(SELECT count(*) FROM jobs AS own WHERE own.status IN ('pending', 'running') AND own.created_by = ${created_by})`;
  const isPersonal = created_by !== null && (isHeld(principal) || principal.kind === "system");
  const personal = isPersonal
    ? sql`WHEN ${added} + ${own} > ${config.USER_JOB_LIMIT} THEN ${raiseQuota("USER_JOB_LIMIT")}`
    : sql``;
  return sql`CASE WHEN ${added} = 0 THEN 1
    WHEN ${added} + ${live} > ${config.JOB_LIMIT} THEN ${raiseQuota("JOB_LIMIT")} ${personal} ELSE 1 END`;
}
