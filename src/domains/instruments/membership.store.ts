import { and, asc, eq, or, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { users } from "../../platform/auth/tables.ts";
import { groupMembers, groups, projectMembers, projects } from "./tables.ts";

/** Those of a group whose accounts are there, in the order in which they came. */
export const listGroupMembers = (db: Database, group_id: string) =>
  db
    .select({ group_id: groupMembers.group_id, user_id: groupMembers.user_id, email: users.email })
    .from(groupMembers)
    .innerJoin(users, eq(users.id, groupMembers.user_id))
    .where(eq(groupMembers.group_id, group_id))
    .orderBy(asc(groupMembers.added_at), asc(groupMembers.user_id));

/** Raises for somebody who is a member already. */
export const insertGroupMember = (db: Database, row: typeof groupMembers.$inferInsert) =>
  db.insert(groupMembers).values(row);

export const findGroupMember = (db: Database, group_id: string, user_id: string) =>
  db
    .select()
    .from(groupMembers)
    .where(and(eq(groupMembers.group_id, group_id), eq(groupMembers.user_id, user_id)))
    .limit(1);

export const deleteGroupMember = (db: Database, group_id: string, user_id: string) =>
  db.delete(groupMembers).where(and(eq(groupMembers.group_id, group_id), eq(groupMembers.user_id, user_id)));

/** In the order in which they came; groups have no address. */
export const listProjectMembers = (db: Database, project_id: string) =>
  db
    .select({
      id: projectMembers.id,
      project_id: projectMembers.project_id,
      member_type: projectMembers.member_type,
      member_id: projectMembers.member_id,
      email: users.email,
    })
    .from(projectMembers)
    .leftJoin(users, and(eq(projectMembers.member_type, "user"), eq(users.id, projectMembers.member_id)))
    .where(eq(projectMembers.project_id, project_id))
    .orderBy(asc(projectMembers.added_at), asc(projectMembers.id));

/** Raises for a member who is one already. */
export const insertProjectMember = (db: Database, row: typeof projectMembers.$inferInsert) =>
  db.insert(projectMembers).values(row);

/** By the id of the membership, or of the member. */
export const findProjectMember = (db: Database, project_id: string, id: string) =>
  db
    .select()
    .from(projectMembers)
    .where(
      and(eq(projectMembers.project_id, project_id), or(eq(projectMembers.id, id), eq(projectMembers.member_id, id))),
    )
    .limit(1);

export const deleteProjectMember = (db: Database, id: string) =>
  db.delete(projectMembers).where(eq(projectMembers.id, id));

/** Ids of the groups of a user that are not deleted. */
export const groupIdsOf = (user_id: string) => sql`
  SELECT ${groupMembers.group_id} FROM ${groupMembers} JOIN ${groups} ON ${groups.id} = ${groupMembers.group_id}
  WHERE ${groupMembers.user_id} = ${user_id} AND ${groups.deleted_at} IS NULL`;

/** Ids of the projects that are not deleted and that a user is a member of, by themselves or through a group. */
export const projectIdsOf = (user_id: string) => sql`
  SELECT ${projectMembers.project_id} FROM ${projectMembers} JOIN ${projects} ON ${projects.id} = ${projectMembers.project_id}
  WHERE ${projects.deleted_at} IS NULL AND (
    (${projectMembers.member_type} = 'user' AND ${projectMembers.member_id} = ${user_id})
    OR (${projectMembers.member_type} = 'group' AND ${projectMembers.member_id} IN (${groupIdsOf(user_id)}))
  )`;

export const listGroupsOf = (db: Database, user_id: string) =>
  db
    .select()
    .from(groups)
    .where(sql`${groups.id} IN (${groupIdsOf(user_id)})`)
    .orderBy(asc(groups.created_at), asc(groups.id));

export const listProjectsOf = (db: Database, user_id: string) =>
  db
    .select()
    .from(projects)
    .where(sql`${projects.id} IN (${projectIdsOf(user_id)})`)
    .orderBy(asc(projects.created_at), asc(projects.id));
