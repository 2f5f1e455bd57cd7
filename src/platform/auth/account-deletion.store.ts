import { and, asc, eq, exists, isNotNull, isNull, lte, notExists, or, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { accountDeletions, users } from "./tables.ts";
import { endedSessions } from "./user.store.ts";

export type DeletionRow = typeof accountDeletions.$inferSelect;

const notBegun = isNull(accountDeletions.begun_at);
const isOf = (owner: string) => eq(accountDeletions.owner, owner);

export function findDeletion(db: Database, owner: string) {
  return db.select().from(accountDeletions).where(isOf(owner)).limit(1);
}

/** Whether leaving at that time is what blocks the user. */
export function isLeavingSince(db: Database, id: string, requested_at: number) {
  const leaver = and(eq(users.id, id), eq(users.blocked_at, requested_at));
  return exists(db.select({ id: users.id }).from(users).where(leaver));
}

type NewDeletion = Pick<DeletionRow, "owner" | "requested_at" | "deletion_at">;

/** For the batch that blocks the user at `requested_at`; nothing is recorded for one who was blocked before. */
export function recordDeletion(db: Database, { owner, requested_at, deletion_at }: NewDeletion) {
  const user = sql`FROM users WHERE id = ${owner} AND blocked_at = ${requested_at}`;
  return db
    .insert(accountDeletions)
    .select(sql`SELECT id, ${requested_at}, ${deletion_at}, NULL, NULL ${user}`)
    .onConflictDoUpdate({
      target: accountDeletions.owner,
      set: { requested_at: sql`excluded.requested_at`, deletion_at: sql`excluded.deletion_at`, failed_at: null },
      setWhere: notBegun,
    });
}

/** Unblocks a user whom nothing but leaving has blocked, unless the deletion has begun. */
export function unblockLeaver(db: Database, id: string, now: number) {
  const requested_at = db
    .select({ requested_at: accountDeletions.requested_at })
    .from(accountDeletions)
    .where(and(isOf(id), notBegun));
  return db
    .update(users)
    .set({ blocked_at: null, updated_at: now })
    .where(and(eq(users.id, id), sql`${users.blocked_at} = (${requested_at})`))
    .returning();
}

/** Drops deletions of people who are not blocked any more: of one, or of all. */
export function dropCalledOff(db: Database, owner?: string) {
  const unblocked = and(eq(users.id, accountDeletions.owner), isNull(users.blocked_at));
  return db
    .delete(accountDeletions)
    .where(
      and(
        owner === undefined ? undefined : isOf(owner),
        notBegun,
        exists(db.select({ id: users.id }).from(users).where(unblocked)),
      ),
    );
}

/** Those whose grace is over, the longest over first, but for those that failed after `failed_after`. */
export function listDueDeletions(db: Database, now: number, failed_after: number, limit: number) {
  return db
    .select()
    .from(accountDeletions)
    .where(
      and(
        lte(accountDeletions.deletion_at, now),
        or(isNull(accountDeletions.failed_at), lte(accountDeletions.failed_at, failed_after)),
      ),
    )
    .orderBy(asc(accountDeletions.deletion_at))
    .limit(limit);
}

/** Takes the way back; no row when somebody has come back. */
export function beginDeletion(db: Database, owner: string, now: number) {
  const unblocked = and(eq(users.id, owner), isNull(users.blocked_at));
  return db
    .update(accountDeletions)
    .set({ begun_at: sql`coalesce(${accountDeletions.begun_at}, ${now})` })
    .where(
      and(
        isOf(owner),
        lte(accountDeletions.deletion_at, now),
        or(isNotNull(accountDeletions.begun_at), notExists(db.select({ id: users.id }).from(users).where(unblocked))),
      ),
    )
    .returning({ owner: accountDeletions.owner });
}

export function markFailed(db: Database, owner: string, now: number) {
  return db.update(accountDeletions).set({ failed_at: now }).where(isOf(owner));
}

export function deleteDeletion(db: Database, owner: string) {
  return db.delete(accountDeletions).where(isOf(owner));
}

/** What blocks somebody who leaves, and ends their sessions. */
export const leaving = (now: number) => ({ blocked_at: now, ...endedSessions(now), updated_at: now });
