import { and, eq } from "drizzle-orm";
import type { Database } from "../../context.ts";
import {
  fileGrants,
  groupMembers,
  instrumentAccess,
  instrumentFiles,
  instrumentTokens,
  projectMembers,
} from "./tables.ts";

/** For one batch: a person's rights and memberships go; files, and what they have given to others, become nobody's. */
export function eraseRightsOf(db: Database, user_id: string) {
  return [
    db.delete(instrumentAccess).where(eq(instrumentAccess.user_id, user_id)),
    db.update(instrumentAccess).set({ granted_by: null }).where(eq(instrumentAccess.granted_by, user_id)),
    db.delete(fileGrants).where(and(eq(fileGrants.grantee_type, "user"), eq(fileGrants.grantee_id, user_id))),
    db.update(fileGrants).set({ granted_by: null }).where(eq(fileGrants.granted_by, user_id)),
    db.delete(groupMembers).where(eq(groupMembers.user_id, user_id)),
    db.delete(projectMembers).where(and(eq(projectMembers.member_type, "user"), eq(projectMembers.member_id, user_id))),
    db.update(instrumentFiles).set({ owner_id: null }).where(eq(instrumentFiles.owner_id, user_id)),
    db.update(instrumentTokens).set({ created_by: null }).where(eq(instrumentTokens.created_by, user_id)),
  ] as const;
}
