import { and, eq, exists, isNotNull, isNull, type SQL } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { bankLogins } from "./tables.ts";

export type BankLoginRow = typeof bankLogins.$inferSelect;

export function findBankLogin(db: Database, owner: string) {
  return db.select().from(bankLogins).where(eq(bankLogins.owner, owner)).get();
}

export function upsertBankLogin(db: Database, row: BankLoginRow) {
  return db.insert(bankLogins).values(row).onConflictDoUpdate({ target: bankLogins.owner, set: row });
}

export function deleteBankLogin(db: Database, owner: string) {
  return db.delete(bankLogins).where(eq(bankLogins.owner, owner)).returning({ owner: bankLogins.owner });
}

/** Notes that the bank refused this very login, not one that has been stored since. */
export function markRefused(db: Database, { owner, stored_at }: BankLoginRow, refused_at: number) {
  return db
    .update(bankLogins)
    .set({ refused_at })
    .where(and(eq(bankLogins.owner, owner), eq(bankLogins.stored_at, stored_at), isNull(bankLogins.refused_at)));
}

/** Whether the bank has refused the login that somebody has stored. */
export function hasRefusedLogin(db: Database, owner: string): SQL {
  const refused = and(eq(bankLogins.owner, owner), isNotNull(bankLogins.refused_at));
  return exists(db.select({ owner: bankLogins.owner }).from(bankLogins).where(refused));
}

/** Whether somebody's login is one that the bank refused at that time (ms). */
export function isRefusedSince(db: Database, owner: string, refused_at: number): SQL {
  const refused = and(eq(bankLogins.owner, owner), eq(bankLogins.refused_at, refused_at));
  return exists(db.select({ owner: bankLogins.owner }).from(bankLogins).where(refused));
}
