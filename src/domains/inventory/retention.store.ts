import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs } from "../../platform/jobs/tables.ts";
import { markAllOrphanedOf } from "../../platform/storage/objects.store.ts";
import { objects } from "../../platform/storage/tables.ts";
import { artifactDocuments, artifacts, resources, shards } from "./tables.ts";

/** Extractions that ended before a time and still have artifacts; the last complete one is never among them. */
export function listExpired(db: Database, ended_before: number, limit: number) {
  const last = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.type, "extraction"), eq(jobs.status, "completed"), sql`${jobs.errors} = '[]'`))
    .orderBy(desc(jobs.id))
    .limit(1);
  return db
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(eq(jobs.type, "extraction"), lt(jobs.completed_at, ended_before), hasPlan, sql`${jobs.id} IS NOT (${last})`),
    )
    .limit(limit);
}

/** Some artifacts of an extraction. */
export function listArtifactsOf(db: Database, job_id: string, limit: number) {
  return db
    .select({ row_number: sql<number>`${artifacts}.rowid`, document_hash: artifacts.document_hash })
    .from(artifacts)
    .where(eq(artifacts.job_id, job_id))
    .limit(limit);
}

type FoundArtifact = Awaited<ReturnType<typeof listArtifactsOf>>[number];

/** For one batch: removes artifacts, then those of their documents that no other and no latest state of a resource has. */
export function removeArtifacts(db: Database, found: readonly FoundArtifact[]) {
  const rows = JSON.stringify(found.map(({ row_number }) => row_number));
  const hashes = JSON.stringify([...new Set(found.map(({ document_hash }) => document_hash))]);
  const used = sql`SELECT 1 FROM ${artifacts} WHERE ${artifacts.document_hash} = ${artifactDocuments.hash}`;
  const latest = sql`SELECT 1 FROM ${resources} WHERE ${resources.document_hash} = ${artifactDocuments.hash}`;
  return [
    db.delete(artifacts).where(sql`${artifacts}.rowid IN (SELECT value FROM json_each(${rows}))`),
    db
      .delete(artifactDocuments)
      .where(
        and(
          sql`${artifactDocuments.hash} IN (SELECT value FROM json_each(${hashes}))`,
          sql`NOT EXISTS (${used})`,
          sql`NOT EXISTS (${latest})`,
        ),
      )
      .returning({ size_bytes: sql<number>`length(${artifactDocuments.document})` }),
  ] as const;
}

/** For one batch: gives the files of an extraction without artifacts up, and forgets its plan. */
export function closeExtraction(db: Database, job_id: string, now: number) {
  return [
    markAllOrphanedOf(db, job_id, now).returning({ size_bytes: objects.size_bytes }),
    db.delete(shards).where(eq(shards.job_id, job_id)),
  ] as const;
}

/** Whether an extraction still has what `listExpired` looks for; its row in `jobs` leads to it. */
export const hasPlan = sql`EXISTS (SELECT 1 FROM ${shards} WHERE ${shards.job_id} = ${jobs.id})`;
