import { and, count, desc, eq, inArray, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { ShardRow } from "./shard.store.ts";
import { artifactDocuments, artifacts, type Delivery, resources } from "./tables.ts";

export type ArtifactRow = typeof artifacts.$inferSelect;

/** An artifact on its way into the tables. */
export interface NewArtifact {
  resource_type: string;
  resource_id: string;
  region: string;
  document_hash: string;
  configuration_hash: string;
  document: string;
}

const member = (name: keyof NewArtifact) => sql.raw(`value ->> '${name}'`);

const rowsOf = (rows: readonly Partial<NewArtifact>[]) => sql`json_each(${JSON.stringify(rows)}) WHERE true`;

/**
 * Statements that store what one shard found: the documents, the job's rows and the latest state of the resources.
 * A resource that was found before keeps its delivery unless it has changed since.
 */
export function storeArtifacts(db: Database, shard: ShardRow, found: readonly NewArtifact[], now: number) {
  const documents = found.map(({ document_hash, document }) => ({ document_hash, document }));
  const rows = rowsOf(found.map((row) => ({ ...row, document: undefined })));
  const { job_id, provider, account, service, number } = shard;
  return [
    db
      .insert(artifactDocuments)
      .select(
        db
          .select({ hash: member("document_hash").as("hash"), document: member("document").as("document") })
          .from(rowsOf(documents)),
      )
      .onConflictDoNothing(),
    db
      .insert(artifacts)
      .select(
        db
          .select({
            job_id: sql`${job_id}`.as("job_id"),
            provider: sql`${provider}`.as("provider"),
            account: sql`${account}`.as("account"),
            resource_type: member("resource_type").as("resource_type"),
            resource_id: member("resource_id").as("resource_id"),
            service: sql`${service}`.as("service"),
            region: member("region").as("region"),
            shard: sql`${number}`.as("shard"),
            document_hash: member("document_hash").as("document_hash"),
            configuration_hash: member("configuration_hash").as("configuration_hash"),
            delivery: sql`'pending'`.as("delivery"),
          })
          .from(rows),
      )
      .onConflictDoUpdate({
        target: [
          ...[artifacts.job_id, artifacts.provider, artifacts.account],
          ...[artifacts.region, artifacts.resource_type, artifacts.resource_id],
        ],
        set: {
          delivery: sql`CASE WHEN ${artifacts.document_hash} = excluded.document_hash THEN ${artifacts.delivery} ELSE 'pending' END`,
          document_hash: sql`excluded.document_hash`,
          configuration_hash: sql`excluded.configuration_hash`,
        },
      }),
    db
      .insert(resources)
      .select(
        db
          .select({
            provider: sql`${provider}`.as("provider"),
            account: sql`${account}`.as("account"),
            resource_type: member("resource_type").as("resource_type"),
            resource_id: member("resource_id").as("resource_id"),
            service: sql`${service}`.as("service"),
            region: member("region").as("region"),
            shard_region: sql`${shard.region}`.as("shard_region"),
            document_hash: member("document_hash").as("document_hash"),
            configuration_hash: member("configuration_hash").as("configuration_hash"),
            job_id: sql`${job_id}`.as("job_id"),
            first_seen_at: sql`${now}`.as("first_seen_at"),
            last_seen_at: sql`${now}`.as("last_seen_at"),
          })
          .from(rows),
      )
      .onConflictDoUpdate({
        target: [
          ...[resources.provider, resources.account, resources.region],
          ...[resources.resource_type, resources.resource_id],
        ],
        set: {
          document_hash: sql`excluded.document_hash`,
          configuration_hash: sql`excluded.configuration_hash`,
          job_id: sql`excluded.job_id`,
          shard_region: sql`excluded.shard_region`,
          last_seen_at: sql`excluded.last_seen_at`,
        },
      }),
  ];
}

/** Forgets the resources of a shard that a full listing did not find any more; `regions` null means all of them. */
export function forgetMissing(db: Database, shard: ShardRow, since: number, regions: readonly string[] | null) {
  return db
    .delete(resources)
    .where(
      and(
        eq(resources.provider, shard.provider),
        eq(resources.account, shard.account),
        eq(resources.service, shard.service),
        eq(resources.shard_region, shard.region),
        sql`${resources.last_seen_at} < ${since}`,
        regions ? sql`${resources.region} IN (SELECT value FROM json_each(${JSON.stringify(regions)}))` : undefined,
      ),
    );
}

/** How many artifacts have deliveries in one of the states; counts no further than `most`. */
export async function countUndelivered(db: Database, job_id: string, states: Delivery[], most: number) {
  const some = db
    .select({ one: sql`1`.as("one") })
    .from(artifacts)
    .where(and(eq(artifacts.job_id, job_id), inArray(artifacts.delivery, states)))
    .limit(most)
    .as("some");
  return (await db.select({ count: count() }).from(some).get())?.count ?? 0;
}

/** Artifacts whose deliveries are in one of the states, with their documents; those never tried come last. */
export function listUndelivered(db: Database, job_id: string, states: Delivery[], limit: number) {
  return db
    .select({ artifact: artifacts, document: artifactDocuments.document })
    .from(artifacts)
    .innerJoin(artifactDocuments, eq(artifactDocuments.hash, artifacts.document_hash))
    .where(and(eq(artifacts.job_id, job_id), inArray(artifacts.delivery, states)))
    .orderBy(desc(artifacts.delivery))
    .limit(limit);
}

/** Records how deliveries ended; an artifact whose document has changed since it was listed is still to be delivered. */
export function settleDeliveries(db: Database, job_id: string, delivered: readonly ArtifactRow[], delivery: Delivery) {
  const keys = delivered.map(({ provider, account, region, resource_type, resource_id, document_hash }) => [
    ...[provider, account, region],
    ...[resource_type, resource_id, document_hash],
  ]);
  const listed = sql`(SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(${JSON.stringify(keys)}))`;
  const { provider, account, region, resource_type, resource_id, document_hash } = artifacts;
  return db
    .update(artifacts)
    .set({ delivery })
    .where(
      and(
        eq(artifacts.job_id, job_id),
        sql`(${provider}, ${account}, ${region}, ${resource_type}, ${resource_id}, ${document_hash}) IN ${listed}`,
      ),
    );
}

export function countDeliveries(db: Database, job_id: string) {
  return db
    .select({ delivery: artifacts.delivery, count: count() })
    .from(artifacts)
    .where(eq(artifacts.job_id, job_id))
    .groupBy(artifacts.delivery);
}
