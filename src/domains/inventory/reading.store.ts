import { and, asc, count, eq, gt, or, type SQL, sql } from "drizzle-orm";
import type { CloudProvider } from "../../connectors/clouds/artifact.ts";
import type { Database } from "../../context.ts";
import { artifactDocuments, artifacts, resources } from "./tables.ts";

/** What artifacts are wanted; absent means all. */
export interface ReadingFilter {
  provider?: CloudProvider | undefined;
  account?: string | undefined;
  service?: string | undefined;
  /** Whole, or from its end: `instance`, `ec2:instance`, `aws:ec2:instance`. */
  type?: string | undefined;
  region?: string | undefined;
  /** Anywhere in the artifact, whatever the case of its ASCII letters. */
  text?: string | undefined;
}

const rowOf = (table: typeof artifacts | typeof resources) => sql<number>`${table}.rowid`;

function matches(table: typeof artifacts | typeof resources, filter: ReadingFilter): SQL | undefined {
  const { provider, account, service, type, region, text } = filter;
  return and(
    provider ? eq(table.provider, provider) : undefined,
    account ? eq(table.account, account) : undefined,
    service ? eq(table.service, service) : undefined,
    region ? eq(table.region, region) : undefined,
    type ? sql`substr(':' || ${table.resource_type}, -length(${type}) - 1) = ':' || ${type}` : undefined,
    text ? or(occurs(text), occurs(JSON.stringify(text).slice(1, -1))) : undefined,
  );
}

/** Documents are JSON, in which quotes and line breaks of a value are escaped. */
const occurs = (text: string) => sql`instr(lower(${artifactDocuments.document}), lower(${text})) > 0`;

/** A page of a job's artifacts in the order in which they were found. */
export function pageArtifacts(db: Database, job_id: string, filter: ReadingFilter, after: number, limit: number) {
  return db
    .select({ row: rowOf(artifacts), document: artifactDocuments.document })
    .from(artifacts)
    .innerJoin(artifactDocuments, eq(artifactDocuments.hash, artifacts.document_hash))
    .where(and(eq(artifacts.job_id, job_id), gt(rowOf(artifacts), after), matches(artifacts, filter)))
    .orderBy(asc(rowOf(artifacts)))
    .limit(limit);
}

export function countArtifacts(db: Database, job_id: string, filter: ReadingFilter) {
  return db
    .select({ total: count() })
    .from(artifacts)
    .innerJoin(artifactDocuments, eq(artifactDocuments.hash, artifacts.document_hash))
    .where(and(eq(artifacts.job_id, job_id), matches(artifacts, filter)));
}

/** A page of the latest state of resources, in the order in which they were first found. */
export function pageResources(db: Database, filter: ReadingFilter, after: number, limit: number) {
  return db
    .select({
      row: rowOf(resources),
      document: artifactDocuments.document,
      job_id: resources.job_id,
      first_seen_at: resources.first_seen_at,
      last_seen_at: resources.last_seen_at,
    })
    .from(resources)
    .innerJoin(artifactDocuments, eq(artifactDocuments.hash, resources.document_hash))
    .where(and(gt(rowOf(resources), after), matches(resources, filter)))
    .orderBy(asc(rowOf(resources)))
    .limit(limit);
}

export function countResources(db: Database, filter: ReadingFilter) {
  return db
    .select({ total: count() })
    .from(resources)
    .innerJoin(artifactDocuments, eq(artifactDocuments.hash, resources.document_hash))
    .where(matches(resources, filter));
}
