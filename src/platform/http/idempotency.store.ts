import { and, eq, isNull, lt, or } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { idempotencyKeys } from "./tables.ts";

export type IdempotencyKey = Pick<typeof idempotencyKeys.$inferSelect, "principal" | "route" | "key">;
export type KeyRow = typeof idempotencyKeys.$inferSelect;

const isKey = ({ principal, route, key }: IdempotencyKey) =>
  and(eq(idempotencyKeys.principal, principal), eq(idempotencyKeys.route, route), eq(idempotencyKeys.key, key));

const isHeld = (claim: IdempotencyKey & { created_at: number }) =>
  and(isKey(claim), isNull(idempotencyKeys.status), eq(idempotencyKeys.created_at, claim.created_at));

interface Claim extends IdempotencyKey {
  body_hash: string;
  created_at: number;
}

/** Takes a key that is free, was kept until before `kept_since`, or was taken before `taken_since` and never answered. */
export function claimKey(db: Database, claim: Claim, kept_since: number, taken_since: number) {
  const { body_hash, created_at } = claim;
  return db
    .insert(idempotencyKeys)
    .values(claim)
    .onConflictDoUpdate({
      target: [idempotencyKeys.principal, idempotencyKeys.route, idempotencyKeys.key],
      set: { body_hash, created_at, status: null, response: null },
      setWhere: or(
        lt(idempotencyKeys.created_at, kept_since),
        and(isNull(idempotencyKeys.status), lt(idempotencyKeys.created_at, taken_since)),
      ),
    })
    .returning({ key: idempotencyKeys.key });
}

export function findKey(db: Database, key: IdempotencyKey) {
  return db.select().from(idempotencyKeys).where(isKey(key)).get();
}

export function keepAnswer(db: Database, claim: Claim, status: number, response: string) {
  return db.update(idempotencyKeys).set({ status, response }).where(isHeld(claim));
}

export function freeKey(db: Database, claim: Claim) {
  return db.delete(idempotencyKeys).where(isHeld(claim));
}
