import { and, asc, count, eq, gt, isNull, or } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { users } from "../../platform/auth/tables.ts";
import type { ListWindow } from "../../platform/http/list-page.ts";

/** Oldest first; a blocked account is what the document calls deleted. */
export function listUsers(db: Database, include_deleted: boolean, { skip, limit, after }: ListWindow) {
  const beyond =
    after && or(gt(users.created_at, after.time), and(eq(users.created_at, after.time), gt(users.id, after.id)));
  return db
    .select()
    .from(users)
    .where(and(include_deleted ? undefined : isNull(users.blocked_at), beyond ?? undefined))
    .orderBy(asc(users.created_at), asc(users.id))
    .limit(limit)
    .offset(skip);
}

export const countUsers = (db: Database, include_deleted: boolean) =>
  db
    .select({ total: count() })
    .from(users)
    .where(include_deleted ? undefined : isNull(users.blocked_at));
