import { and, eq, gte, lt } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { credentials } from "../../platform/credentials/tables.ts";
import { ONE_TIME_CODE } from "./bank-secrets.ts";
import type { SecretIdentity } from "../../platform/credentials/vault.ts";

const isSecret = ({ id, owner, purpose }: SecretIdentity) =>
  and(eq(credentials.id, id), eq(credentials.owner, owner), eq(credentials.purpose, purpose));

/** The envelope of a code that was sealed at or after `since` (ms). */
export function findOneTimeCode(db: Database, identity: SecretIdentity, since: number) {
  return db
    .select({ sealed: credentials.sealed })
    .from(credentials)
    .where(and(isSecret(identity), gte(credentials.updated_at, since)))
    .limit(1);
}

/** Removes this very code; of two who take it one is told so. */
export function takeOneTimeCode(db: Database, identity: SecretIdentity, sealed: string) {
  return db
    .delete(credentials)
    .where(and(isSecret(identity), eq(credentials.sealed, sealed)))
    .returning({ id: credentials.id });
}

/** Whether a secret is a code that was sealed before a time (ms). */
export const isCodeBefore = (sealed_before: number) =>
  and(eq(credentials.purpose, ONE_TIME_CODE), lt(credentials.updated_at, sealed_before));
