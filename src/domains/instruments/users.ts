import type { Context } from "../../context.ts";
import { badRequest, notFound } from "../../errors.ts";
import { recordChange } from "../../platform/audit/audit.ts";
import { updateUserRights } from "../../platform/auth/administration.ts";
import { principalId } from "../../platform/auth/principal.ts";
import { readOwnUser } from "../../platform/auth/sessions.ts";
import { renderUser } from "../../platform/auth/user.schema.ts";
import { findUserById, type UserRow } from "../../platform/auth/user.store.ts";
import { type ListRequest, readListPage } from "../../platform/http/list-page.ts";
import { isoTime } from "../../platform/jobs/render.ts";
import { showManaged } from "./managed-row.ts";
import { listGroupsOf, listProjectsOf } from "./membership.store.ts";
import { countUsers, listUsers } from "./user-list.store.ts";

/** The caller with their groups and projects, direct or through a group. */
export async function readMe(ctx: Context) {
  const user = await readOwnUser(ctx);
  const [groups, projects] = await ctx.db.batch([listGroupsOf(ctx.db, user.id), listProjectsOf(ctx.db, user.id)]);
  return { ...renderUser(user), groups: groups.map(showManaged), projects: projects.map(showManaged) };
}

/** Oldest first. */
export function readUsers(ctx: Context, include_deleted: boolean, request: ListRequest) {
  const { primary } = ctx;
  return readListPage(
    request,
    (window) => primary.batch([listUsers(primary, include_deleted, window), countUsers(primary, include_deleted)]),
    ({ created_at, id }) => ({ time: created_at, id }),
  );
}

/** Ends a user's sessions and lets them in no more, until restored. Throws 404, 400 for oneself, 409 for the last admin. */
export async function deleteUser(ctx: Context, id: string): Promise<void> {
  if (id === principalId(ctx.principal)) throw badRequest("You cannot delete your own account");
  await requireUserThat(ctx, id, { isBlocked: false });
  await updateUserRights(ctx, id, { blocked: true });
  await recordStanding(ctx, id, "delete");
}

/** Lets a deleted user in again. Throws 404 unless there is one. */
export async function restoreUser(ctx: Context, id: string): Promise<UserRow> {
  await requireUserThat(ctx, id, { isBlocked: true });
  const user = await updateUserRights(ctx, id, { blocked: false });
  await recordStanding(ctx, id, "restore");
  return user;
}

/** Throws 404. */
export async function readGroupsOf(ctx: Context, id: string) {
  await requireUserThat(ctx, id, {});
  return (await listGroupsOf(ctx.db, id)).map(showManaged);
}

/** Direct or through a group; throws 404. */
export async function readProjectsOf(ctx: Context, id: string) {
  await requireUserThat(ctx, id, {});
  return (await listProjectsOf(ctx.db, id)).map(showManaged);
}

export const showUser = (user: UserRow) => ({ ...renderUser(user), deleted_at: isoTime(user.blocked_at) });

async function requireUserThat(ctx: Context, id: string, { isBlocked }: { isBlocked?: boolean }): Promise<void> {
  const [user] = await findUserById(ctx.primary, id);
  const isMeant = user && (isBlocked === undefined || isBlocked === (user.blocked_at !== null));
  if (!isMeant) throw notFound(isBlocked ? "Deleted user not found" : "User not found");
}

const recordStanding = (ctx: Context, entity_id: string, action: "delete" | "restore") => {
  const [before, after] = [{ is_active: action === "delete" }, { is_active: action === "restore" }];
  return recordChange(ctx, { entity_type: "user", entity_id, action, before, after });
};
