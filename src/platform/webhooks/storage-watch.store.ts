import { sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { objects } from "../storage/tables.ts";

/**
 * Bytes of those who have stored at least so many percent of what one may have, and of all under a null owner where that
 * has a limit above 0. Admins are held to no limit of their own.
 */
export function measureOwners(db: Database, limits: { own: number; all: number }, percent: number) {
  const sums = sql`SELECT ${objects.owner} AS owner, sum(${objects.size_bytes}) AS bytes FROM ${objects}
    WHERE ${objects.state} IN ('pending', 'live') GROUP BY ${objects.owner}`;
  return db.all<{ owner: string | null; bytes: number }>(sql`
    WITH sums AS (${sums})
    SELECT owner, bytes FROM sums WHERE owner IS NOT NULL AND bytes * 100 >= ${limits.own * percent}
      AND NOT EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND 'user:' || users.id = sums.owner)
    UNION ALL
    SELECT NULL, total FROM (SELECT sum(bytes) AS total FROM sums)
      WHERE ${limits.all} > 0 AND total * 100 >= ${limits.all * percent}`);
}
