import { and, asc, eq } from "drizzle-orm";
import type { CloudProvider } from "../../connectors/clouds/artifact.ts";
import type { Database } from "../../context.ts";
import { cloudAccounts } from "./tables.ts";

export type CloudAccountRow = typeof cloudAccounts.$inferSelect;

const isAccount = (provider: CloudProvider, account: string) =>
  and(eq(cloudAccounts.provider, provider), eq(cloudAccounts.account, account));

export function listCloudAccounts(db: Database, provider?: CloudProvider) {
  return db
    .select()
    .from(cloudAccounts)
    .where(provider ? eq(cloudAccounts.provider, provider) : undefined)
    .orderBy(asc(cloudAccounts.provider), asc(cloudAccounts.account));
}

export function findCloudAccount(db: Database, provider: CloudProvider, account: string) {
  return db.select().from(cloudAccounts).where(isAccount(provider, account)).get();
}

export function upsertCloudAccount(db: Database, row: CloudAccountRow) {
  return db
    .insert(cloudAccounts)
    .values(row)
    .onConflictDoUpdate({
      target: [cloudAccounts.provider, cloudAccounts.account],
      set: { shown: row.shown, updated_at: row.updated_at },
    })
    .returning();
}

export function removeCloudAccount(db: Database, provider: CloudProvider, account: string) {
  return db.delete(cloudAccounts).where(isAccount(provider, account)).returning();
}

/** Makes credentials that somebody has stored nobody's; the account's they stay. */
export function disownCloudAccounts(db: Database, created_by: string) {
  return db.update(cloudAccounts).set({ created_by: null }).where(eq(cloudAccounts.created_by, created_by));
}
