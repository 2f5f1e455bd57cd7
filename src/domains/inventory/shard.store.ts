import { and, asc, count, eq, lte, min, notInArray, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { shards } from "./tables.ts";

export type ShardRow = typeof shards.$inferSelect;

const isShard = (shard: Pick<ShardRow, "job_id" | "number">) =>
  and(eq(shards.job_id, shard.job_id), eq(shards.number, shard.number));

/** Inserts a whole plan by one parameter, since a plan has more rows than D1 binds values. */
export function insertShards(db: Database, job_id: string, plan: readonly Omit<ShardRow, "job_id" | "number">[]) {
  const rows = sql`(SELECT key + 1 AS number, value AS shard FROM json_each(${JSON.stringify(plan)}) WHERE true)`;
  const member = (name: keyof ShardRow) => sql.raw(`shard ->> '${name}'`);
  return db.insert(shards).select(
    db
      .select({
        job_id: sql`${job_id}`.as("job_id"),
        number: sql`number`.as("number"),
        provider: member("provider").as("provider"),
        account: member("account").as("account"),
        service: member("service").as("service"),
        region: member("region").as("region"),
        opened_as: sql`shard -> 'opened_as'`.as("opened_as"),
        narrowed_by: member("narrowed_by").as("narrowed_by"),
        state: member("state").as("state"),
        tasks: sql`NULL`.as("tasks"),
        faults: sql`0`.as("faults"),
        rests_until: sql`0`.as("rests_until"),
        steps: sql`0`.as("steps"),
        errors: sql`shard -> 'errors'`.as("errors"),
        started_at: sql`NULL`.as("started_at"),
        completed_at: member("completed_at").as("completed_at"),
      })
      .from(rows),
  );
}

/** Shards that are not finished and do not rest, in the plan's order; `without` those of some numbers. */
export function listReadyShards(
  db: Database,
  job_id: string,
  now: number,
  { without, limit }: { without: readonly number[]; limit: number },
) {
  return db
    .select()
    .from(shards)
    .where(
      and(
        eq(shards.job_id, job_id),
        eq(shards.state, "pending"),
        lte(shards.rests_until, now),
        notInArray(shards.number, [...without]),
      ),
    )
    .orderBy(asc(shards.number))
    .limit(limit);
}

/** When the first resting shard may go on, in ms; null when none is left. */
export function findNextShard(db: Database, job_id: string) {
  return db
    .select({ rests_until: min(shards.rests_until) })
    .from(shards)
    .where(and(eq(shards.job_id, job_id), eq(shards.state, "pending")))
    .get();
}

export function updateShard(db: Database, shard: ShardRow, change: Partial<ShardRow>) {
  return db.update(shards).set(change).where(isShard(shard));
}

export function listShards(db: Database, job_id: string) {
  return db.select().from(shards).where(eq(shards.job_id, job_id)).orderBy(asc(shards.number));
}

export function countShards(db: Database, job_id: string) {
  return db
    .select({ state: shards.state, count: count() })
    .from(shards)
    .where(eq(shards.job_id, job_id))
    .groupBy(shards.state);
}
