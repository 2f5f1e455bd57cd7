import { and, asc, eq, gt, gte, isNull, lt, lte, max, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { auditChain, auditLog } from "./tables.ts";

export type ChainState = Omit<typeof auditChain.$inferSelect, "id">;

export interface Link {
  id: string;
  number: number;
  previous_hash: string;
  content_hash: string;
  hash: string;
  /** Ms; what was erased when the row was read. */
  erased_at: number | null;
}

const CHAIN = 1;
/** What a batch says that was made for another end of the chain. */
export const CHAIN_MOVED = "audit chain moved";

export function findChain(db: Database) {
  return db.select().from(auditChain).where(eq(auditChain.id, CHAIN));
}

/** Rows that are in no chain yet, oldest first. */
export function listUnsealed(db: Database, limit: number) {
  return db
    .select()
    .from(auditLog)
    .where(isNull(auditLog.number))
    .orderBy(asc(auditLog.created_at), asc(auditLog.id))
    .limit(limit);
}

export function countUnsealed(db: Database) {
  return db
    .select({ total: sql<number>`count(*)` })
    .from(auditLog)
    .where(isNull(auditLog.number));
}

/**
 * One batch that appends links to the chain; raises `CHAIN_MOVED` when it no longer ends where they begin, or a row is
 * not the one that was read: sealed by another, erased or gone.
 */
export function appendLinks(db: Database, before: ChainState, links: readonly Link[], head: Link) {
  const { head_number, head_hash } = before;
  const ends = sql`coalesce((SELECT head_number || ' ' || head_hash FROM audit_chain WHERE id = ${CHAIN}), '0 ')`;
  const unchanged = sql`(SELECT count(*) FROM json_each(${JSON.stringify(links)}) AS link
    JOIN audit_log AS known ON known.id = link.value ->> '$.id'
    WHERE known.number IS NULL AND known.erased_at IS link.value ->> '$.erased_at')`;
  const held = sql`CASE WHEN ${ends} = ${`${head_number} ${head_hash}`} AND ${unchanged} = ${links.length}
    THEN 1 ELSE json_extract('{}', ${CHAIN_MOVED}) END`;
  const value = (name: keyof Link) =>
    sql`(SELECT value ->> ${`$.${name}`} FROM json_each(${JSON.stringify(links)}) WHERE value ->> '$.id' = ${auditLog.id})`;
  const end = { head_number: head.number, head_hash: head.hash };
  return [
    db.select({ held }).from(sql`(SELECT 1)`),
    db
      .update(auditLog)
      .set({
        number: value("number"),
        previous_hash: value("previous_hash"),
        content_hash: value("content_hash"),
        hash: value("hash"),
      })
      .where(
        and(
          isNull(auditLog.number),
          sql`${auditLog.id} IN (SELECT value ->> '$.id' FROM json_each(${JSON.stringify(links)}))`,
        ),
      ),
    db
      .insert(auditChain)
      .values({ id: CHAIN, ...end, purged_number: 0, purged_hash: "" })
      .onConflictDoUpdate({ target: auditChain.id, set: end }),
  ] as const;
}

/** A number, or that of the last purged link where that is later. */
export const afterPurged = (after: number) =>
  sql`max(${after}, coalesce((SELECT purged_number FROM audit_chain WHERE id = ${CHAIN}), 0))`;

/** Links after a number and after what was purged, in order. */
export function listLinks(db: Database, after: number, limit: number) {
  const { number } = auditLog;
  return db
    .select()
    .from(auditLog)
    .where(gt(number, afterPurged(after)))
    .orderBy(asc(number))
    .limit(limit);
}

export function findLink(db: Database, number: number) {
  return db.select().from(auditLog).where(eq(auditLog.number, number));
}

/** The number of the first link that was made at or after a time (ms); no row when there is none. */
export function findFirstKept(db: Database, kept_since: number) {
  const { number, created_at } = auditLog;
  return db
    .select({ number })
    .from(auditLog)
    .where(and(gt(number, 0), gte(created_at, kept_since)))
    .orderBy(asc(number))
    .limit(1);
}

/** The last of the first links below a number, at most so many; null when there is none. */
export function findLastBelow(db: Database, below: number, limit: number) {
  const first = db
    .select({ number: auditLog.number })
    .from(auditLog)
    .where(lt(auditLog.number, below))
    .orderBy(asc(auditLog.number))
    .limit(limit)
    .as("first");
  return db.select({ number: max(first.number) }).from(first);
}

/** For one batch: keeps a link's hash, from which the rest is verified, and deletes the rows up to it. */
export function purgeLinks(db: Database, upTo: number) {
  const purged_hash = sql`(SELECT ${auditLog.hash} FROM ${auditLog} WHERE ${auditLog.number} = ${upTo})`;
  return [
    db
      .update(auditChain)
      .set({ purged_number: upTo, purged_hash })
      .where(and(eq(auditChain.id, CHAIN), lt(auditChain.purged_number, upTo))),
    db.delete(auditLog).where(lte(auditLog.number, upTo)).returning({ id: auditLog.id }),
  ] as const;
}
