import { sql } from "drizzle-orm";
import type { Database } from "../../context.ts";

/** What a batch says whose owner is gone or blocked. */
export const OWNER_LEFT = "owner left";

/** Raises `OWNER_LEFT` when somebody is gone or blocked, so that the batch rolls back: what it writes would stay for ever. */
export function guardOwner(db: Database, owner: string) {
  const standing = sql`(SELECT 1 FROM users WHERE id = ${owner} AND blocked_at IS NULL)`;
  return db
    .select({ standing: sql`CASE WHEN EXISTS ${standing} THEN 1 ELSE json_extract('{}', ${OWNER_LEFT}) END` })
    .from(sql`(SELECT 1)`);
}
