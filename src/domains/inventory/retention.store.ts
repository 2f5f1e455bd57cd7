import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { jobs } from "../../platform/jobs/tables.ts";
import { markAllOrphanedOf } from "../../platform/storage/objects.store.ts";
import { artifactDocuments, artifacts, resources, shards } from "./tables.ts";

/** Extractions that ended before a time and still have artifacts; the last complete one is never among them. */
export function listExpired(db: Database, ended_before: number, limit: number) {
  const last = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.type, "extraction"), eq(jobs.status, "completed"), sql`${jobs.errors} = '[]'`))
    .orderBy(desc(jobs.id))
    .limit(1);
  const planned = sql`EXISTS (SELECT 1 FROM ${shards} WHERE ${shards.job_id} = ${jobs.id})`;
  return db
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(eq(jobs.type, "extraction"), lt(jobs.completed_at, ended_before), planned, sql`${jobs.id} IS NOT (${last})`),
    )
    .limit(limit);
}

/** Statements that remove what an extraction found; the latest state of the resources keeps its documents. */
export function removeArtifacts(db: Database, job_id: string, now: number) {
  const used = sql`SELECT 1 FROM ${artifacts} WHERE ${artifacts.document_hash} = ${artifactDocuments.hash} AND ${artifacts.job_id} <> ${job_id}`;
  const latest = sql`SELECT 1 FROM ${resources} WHERE ${resources.document_hash} = ${artifactDocuments.hash}`;
  const own = db.select({ hash: artifacts.document_hash }).from(artifacts).where(eq(artifacts.job_id, job_id));
  return [
    db
      .delete(artifactDocuments)
      .where(and(sql`${artifactDocuments.hash} IN (${own})`, sql`NOT EXISTS (${used})`, sql`NOT EXISTS (${latest})`)),
    db.delete(artifacts).where(eq(artifacts.job_id, job_id)),
    db.delete(shards).where(eq(shards.job_id, job_id)),
    markAllOrphanedOf(db, job_id, now),
  ] as const;
}
