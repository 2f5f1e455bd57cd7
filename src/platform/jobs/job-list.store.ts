import { and, desc, eq, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import type { DomainName } from "../../config.ts";
import type { Database } from "../../context.ts";
import { jobs, type JobStatus } from "./tables.ts";

/** Whose jobs a list shows: those of these domains, and those this principal started. */
export interface JobAudience {
  domains: (DomainName | "platform")[];
  principal: string | null;
}

export interface JobFilter {
  audience: JobAudience;
  type?: string;
  status?: JobStatus;
  domain?: DomainName | "platform";
  /** Id of the last job of the page before. */
  after?: string;
}

function matching({ audience, type, status, domain }: JobFilter): SQL | undefined {
  const seen: SQL[] = [];
  if (audience.domains.length > 0) seen.push(inArray(jobs.domain, audience.domains));
  if (audience.principal) seen.push(eq(jobs.created_by, audience.principal));
  return and(
    seen.length > 0 ? or(...seen) : sql`0`,
    type ? eq(jobs.type, type) : undefined,
    status ? eq(jobs.status, status) : undefined,
    domain ? eq(jobs.domain, domain) : undefined,
  );
}

/** Newest first. */
export function listJobs(db: Database, filter: JobFilter, limit: number) {
  const page = filter.after ? lt(jobs.id, filter.after) : undefined;
  return db
    .select()
    .from(jobs)
    .where(and(matching(filter), page))
    .orderBy(desc(jobs.id))
    .limit(limit);
}

export function countJobs(db: Database, filter: JobFilter) {
  return db
    .select({ total: sql<number>`count(*)` })
    .from(jobs)
    .where(matching(filter));
}
