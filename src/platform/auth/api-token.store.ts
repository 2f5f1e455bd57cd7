import { count, desc, eq, lt, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { apiTokens } from "./tables.ts";

export type ApiTokenRow = typeof apiTokens.$inferSelect;

export const findApiToken = (db: Database, id: string) =>
  db.select().from(apiTokens).where(eq(apiTokens.id, id)).limit(1);

/** Newest first; `before` is the row number that the page before ended with. */
export const findApiTokensPage = (db: Database, page: { limit: number; before: number | undefined }) =>
  db
    .select({ token: apiTokens, row_number: sql<number>`${apiTokens}.rowid` })
    .from(apiTokens)
    .where(page.before === undefined ? undefined : lt(sql`${apiTokens}.rowid`, page.before))
    .orderBy(desc(sql`${apiTokens}.rowid`))
    .limit(page.limit);

export const countApiTokens = (db: Database) => db.select({ total: count() }).from(apiTokens);

export const insertApiToken = (db: Database, row: typeof apiTokens.$inferInsert) => db.insert(apiTokens).values(row);

/** Also for a token without a row: `npm run token` signs without a server, and its id must be revocable all the same. */
export const insertRevokedApiToken = (db: Database, row: typeof apiTokens.$inferInsert) =>
  db
    .insert(apiTokens)
    .values(row)
    .onConflictDoUpdate({
      target: apiTokens.id,
      set: { revoked_at: sql`coalesce(${apiTokens.revoked_at}, excluded.revoked_at)` },
    });
