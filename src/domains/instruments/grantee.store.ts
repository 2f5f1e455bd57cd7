import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { users } from "../../platform/auth/tables.ts";
import { groups, type GranteeType, projects } from "./tables.ts";

/** A user by e-mail address, whatever its case, or a group or project by name. */
export function findGranteeByName(db: Database, type: GranteeType, name: string) {
  if (type === "user") {
    const hasEmail = eq(sql`lower(${users.email})`, name.toLowerCase());
    return db.select({ id: users.id }).from(users).where(hasEmail).limit(1);
  }
  const table = type === "group" ? groups : projects;
  return db
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.name, name), isNull(table.deleted_at)))
    .limit(1);
}
