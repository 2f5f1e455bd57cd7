import type { Context } from "../../context.ts";
import { unprocessable } from "../../errors.ts";
import { findUserById, type UserRow } from "../../platform/auth/user.store.ts";
import { groupResource } from "./groups.ts";
import { projectResource } from "./projects.ts";
import { requireReference } from "./references.ts";
import type { GranteeType } from "./tables.ts";

/** Throws 422 unless there is such a user, group or project; returns the user, if it is one. */
export async function requireGrantee(
  ctx: Context,
  type: GranteeType,
  id: string,
  field: string,
): Promise<UserRow | null> {
  if (type === "user") return requireUser(ctx, id, field);
  await (type === "group"
    ? requireReference(ctx, groupResource, id, field)
    : requireReference(ctx, projectResource, id, field));
  return null;
}

/** The user that a field names; throws 422 when there is none. */
export async function requireUser(ctx: Context, id: string, field: string): Promise<UserRow> {
  const [user] = await findUserById(ctx.db, id);
  if (!user) throw unprocessable([{ field, message: "User not found" }]);
  return user;
}
