import type { Context } from "../../context.ts";
import { conflict, notFound } from "../../errors.ts";
import { recordChange } from "../../platform/audit/audit.ts";
import { requireGrantee, requireUser } from "./grantees.ts";
import { groupResource } from "./groups.ts";
import {
  deleteGroupMember,
  deleteProjectMember,
  findGroupMember,
  findProjectMember,
  insertGroupMember,
  insertProjectMember,
  listGroupMembers,
  listProjectMembers,
} from "./membership.store.ts";
import { projectResource } from "./projects.ts";
import { getResource } from "./resource.ts";
import { isUniqueViolation } from "../../platform/unique-violation.ts";

/** Throws 404 for an unknown group. */
export async function readGroupMembers(ctx: Context, group_id: string) {
  await getResource(ctx, groupResource, group_id);
  return listGroupMembers(ctx.db, group_id);
}

/** Throws 404 for an unknown group, 422 for an unknown user, 409 for a member. */
export async function addGroupMember(ctx: Context, group_id: string, user_id: string) {
  await getResource(ctx, groupResource, group_id);
  const { email } = await requireUser(ctx, user_id, "user_id");
  const insert = insertGroupMember(ctx.db, { group_id, user_id, added_at: ctx.now() });
  await ctx.db.batch([insert, recordMember(ctx, "group", group_id, null, `user ${user_id}`)]).catch(refuseMember);
  return { group_id, user_id, email };
}

/** Throws 404 unless the user is a member. */
export async function removeGroupMember(ctx: Context, group_id: string, user_id: string): Promise<void> {
  await getResource(ctx, groupResource, group_id);
  const [member] = await findGroupMember(ctx.db, group_id, user_id);
  if (!member) throw notFound("Member not found");
  const record = recordMember(ctx, "group", group_id, `user ${user_id}`, null);
  await ctx.db.batch([deleteGroupMember(ctx.db, group_id, user_id), record]);
}

/** Throws 404 for an unknown project. */
export async function readProjectMembers(ctx: Context, project_id: string) {
  await getResource(ctx, projectResource, project_id);
  return listProjectMembers(ctx.db, project_id);
}

export interface ProjectMember {
  member_type: "user" | "group";
  member_id: string;
}

/** Throws 404 for an unknown project, 422 for an unknown user or group, 409 for a member. */
export async function addProjectMember(ctx: Context, project_id: string, { member_type, member_id }: ProjectMember) {
  await getResource(ctx, projectResource, project_id);
  const user = await requireGrantee(ctx, member_type, member_id, "member_id");
  const row = { id: crypto.randomUUID(), project_id, member_type, member_id };
  const record = recordMember(ctx, "project", project_id, null, `${member_type} ${member_id}`);
  await ctx.db.batch([insertProjectMember(ctx.db, { ...row, added_at: ctx.now() }), record]).catch(refuseMember);
  return { ...row, email: user?.email ?? null };
}

/** By the id of the membership or of the member; throws 404. */
export async function removeProjectMember(ctx: Context, project_id: string, id: string): Promise<void> {
  await getResource(ctx, projectResource, project_id);
  const [member] = await findProjectMember(ctx.db, project_id, id);
  if (!member) throw notFound("Member not found");
  const record = recordMember(ctx, "project", project_id, `${member.member_type} ${member.member_id}`, null);
  await ctx.db.batch([deleteProjectMember(ctx.db, member.id), record]);
}

const recordMember = (
  ctx: Context,
  entity_type: "group" | "project",
  entity_id: string,
  before: string | null,
  after: string | null,
) =>
  recordChange(ctx, { entity_type, entity_id, action: "update", before: { member: before }, after: { member: after } });

function refuseMember(error: unknown): never {
  throw isUniqueViolation(error) ? conflict("Already a member") : error;
}
