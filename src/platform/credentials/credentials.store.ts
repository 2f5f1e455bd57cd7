import { and, asc, count, eq, gt, ne } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { credentials } from "./tables.ts";
import type { SealedSecret, SecretIdentity } from "./vault.ts";

export type CredentialRow = typeof credentials.$inferSelect;

const isSecret = ({ owner, purpose, id }: SecretIdentity) =>
  and(eq(credentials.id, id), eq(credentials.owner, owner), eq(credentials.purpose, purpose));

/** Inserts or replaces a sealed secret; returns no row when the id belongs to another owner or purpose. */
export function upsertCredential(
  db: Database,
  { owner, purpose, id }: SecretIdentity,
  secret: SealedSecret,
  now: number,
) {
  return db
    .insert(credentials)
    .values({ id, owner, purpose, ...secret, created_at: now, updated_at: now })
    .onConflictDoUpdate({
      target: credentials.id,
      set: { ...secret, updated_at: now },
      setWhere: and(eq(credentials.owner, owner), eq(credentials.purpose, purpose)),
    })
    .returning({ id: credentials.id });
}

export function findCredential(db: Database, identity: SecretIdentity) {
  return db.select().from(credentials).where(isSecret(identity)).get();
}

export function removeCredential(db: Database, identity: SecretIdentity) {
  return db.delete(credentials).where(isSecret(identity)).returning({ id: credentials.id });
}

/** How many secrets each key version seals. */
export function countByKeyVersion(db: Database) {
  return db
    .select({ key_version: credentials.key_version, secrets: count() })
    .from(credentials)
    .groupBy(credentials.key_version)
    .orderBy(asc(credentials.key_version));
}

/** The next rows by id that another key than `version` seals. */
export function listSealedByOthers(db: Database, version: number, after: string, limit: number) {
  return db
    .select()
    .from(credentials)
    .where(and(ne(credentials.key_version, version), gt(credentials.id, after)))
    .orderBy(asc(credentials.id))
    .limit(limit);
}

/** Replaces the envelope of a row, unless it was written anew since it was read; then it returns no row. */
export function resealCredential(db: Database, row: CredentialRow, secret: SealedSecret, now: number) {
  return db
    .update(credentials)
    .set({ ...secret, updated_at: now })
    .where(and(eq(credentials.id, row.id), eq(credentials.sealed, row.sealed)))
    .returning({ id: credentials.id });
}
