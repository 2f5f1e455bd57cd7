import { and, eq, gt, inArray, lte } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { mailedTokens, users } from "./tables.ts";

export type MailedPurpose = (typeof mailedTokens.$inferSelect)["purpose"];

export interface MailedTokenKey {
  token_hash: string;
  purpose: MailedPurpose;
  now: number;
}

const isLive = (key: MailedTokenKey) =>
  and(
    eq(mailedTokens.token_hash, key.token_hash),
    eq(mailedTokens.purpose, key.purpose),
    gt(mailedTokens.expires_at, key.now),
  );

const ownerOf = (db: Database, key: MailedTokenKey) =>
  db.select({ id: mailedTokens.user_id }).from(mailedTokens).where(isLive(key));

export const insertMailedToken = (db: Database, row: typeof mailedTokens.$inferInsert) =>
  db.insert(mailedTokens).values(row);

export const deleteExpiredMailedTokens = (db: Database, now: number) =>
  db.delete(mailedTokens).where(lte(mailedTokens.expires_at, now));

/** The user a live token was mailed to; no row when it is unknown, used or expired. */
export const findMailedTokenUser = (db: Database, key: MailedTokenKey) =>
  db
    .select({ user: users })
    .from(mailedTokens)
    .innerJoin(users, eq(users.id, mailedTokens.user_id))
    .where(isLive(key))
    .limit(1);

/** Changes the user whom a live token belongs to; the same batch must then delete the token. */
export const updateMailedTokenUser = (
  db: Database,
  key: MailedTokenKey,
  changes: Parameters<ReturnType<typeof db.update<typeof users>>["set"]>[0],
) =>
  db
    .update(users)
    .set(changes)
    .where(inArray(users.id, ownerOf(db, key)))
    .returning();

export const deleteMailedToken = (db: Database, key: MailedTokenKey) => db.delete(mailedTokens).where(isLive(key));

/** Every link of one purpose mailed to the owner of this one, itself included. */
export const deleteSiblingMailedTokens = (db: Database, key: MailedTokenKey) =>
  db
    .delete(mailedTokens)
    .where(and(eq(mailedTokens.purpose, key.purpose), inArray(mailedTokens.user_id, ownerOf(db, key))));

/** For a new address or password: links mailed before it prove nothing any more. */
export const deleteMailedTokensOf = (db: Database, userId: string) =>
  db.delete(mailedTokens).where(eq(mailedTokens.user_id, userId));
