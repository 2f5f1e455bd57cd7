import { or, type SQL, sql } from "drizzle-orm";
import { isAdmin, type Principal } from "../../platform/auth/principal.ts";
import { groupIdsOf, projectIdsOf } from "./membership.store.ts";
import { fileGrants, instrumentAccess, instrumentFiles, instruments } from "./tables.ts";

/** Everything that lets somebody see a file; what is not here does not. */
export type AccessReason = "owner" | "instrument_access" | "user_grant" | "group_grant" | "project_grant";

const grantedTo = (type: "user" | "group" | "project", ids: SQL) => sql`EXISTS (
  SELECT 1 FROM ${fileGrants}
  WHERE ${fileGrants.file_id} = ${instrumentFiles.id}
    AND ${fileGrants.grantee_type} = ${type} AND ${fileGrants.grantee_id} IN (${ids})
)`;

/** Conditions on a row of `instrument_files`, by the reason why a user who is no admin sees it. */
export const accessRules = (user_id: string): Record<AccessReason, SQL> => ({
  owner: sql`${instrumentFiles.owner_id} = ${user_id}`,
  instrument_access: sql`${instrumentFiles.instrument_id} IN (
    SELECT ${instrumentAccess.instrument_id} FROM ${instrumentAccess}
    JOIN ${instruments} ON ${instruments.id} = ${instrumentAccess.instrument_id}
    WHERE ${instrumentAccess.user_id} = ${user_id} AND ${instruments.deleted_at} IS NULL
  )`,
  user_grant: grantedTo("user", sql`${user_id}`),
  group_grant: grantedTo("group", groupIdsOf(user_id)),
  project_grant: grantedTo("project", projectIdsOf(user_id)),
});

/** Which files somebody sees, as a condition on `instrument_files`: all for admins and the platform itself. */
export function visibleTo(principal: Principal): SQL | undefined {
  if (principal.kind === "system" || isAdmin(principal)) return undefined;
  if (principal.kind !== "user") return sql`0`;
  return or(...Object.values(accessRules(principal.id)));
}
