import { randomBytes } from "node:crypto";
import type { Context } from "../../context.ts";
import { conflict, notFound, unprocessable } from "../../errors.ts";
import { recordAction } from "../audit/record-action.ts";
import { describeError } from "../http/log.ts";
import { beginDeletion, leaving, recordDeletion } from "./account-deletion.store.ts";
import { callOffLeaving } from "./calling-off.ts";
import { announceEndedSessions } from "./ended-sessions.ts";
import { deleteIdentity } from "./identities.ts";
import { deleteMailedTokensOf } from "./mailed-token.store.ts";
import { sendInvitation } from "./mailed-tokens.ts";
import { passwordProblem } from "./password-rule.ts";
import { hashPassword } from "./passwords.ts";
import { forgetStanding } from "./standing.ts";
import type { Grants, Role } from "./tables.ts";
import {
  countUsers,
  deleteUserRow,
  endedSessions,
  findUserById,
  findUsersPage,
  insertUser,
  updateUnlessLastAdmin,
  updateUser,
  type UserRow,
} from "./user.store.ts";

export interface UserPage {
  users: UserRow[];
  total: number;
  next_cursor: string | null;
}

/** Newest first; `cursor` is the `next_cursor` of the page before. */
export async function listUsers(ctx: Context, page: { limit: number; cursor?: number | undefined }): Promise<UserPage> {
  const [rows, [counted]] = await ctx.primary.batch([
    findUsersPage(ctx.primary, { limit: page.limit + 1, before: page.cursor }),
    countUsers(ctx.primary),
  ]);
  const shown = rows.slice(0, page.limit);
  const last = rows.length > page.limit ? shown.at(-1) : undefined;
  return {
    users: shown.map(({ user }) => user),
    total: counted?.total ?? 0,
    next_cursor: last ? String(last.row_number) : null,
  };
}

interface Invitation {
  email: string;
  password?: string | undefined;
  role: Role;
  grants: Grants;
}

/** Creates a user; without a password the person is mailed a link to choose one. Throws 409 for a taken address. */
export async function createUser(ctx: Context, { email, password, role, grants }: Invitation): Promise<UserRow> {
  const problem = password === undefined ? null : passwordProblem(password);
  if (problem) throw unprocessable([{ field: "password", message: problem }]);
  const now = ctx.now();
  const id = crypto.randomUUID();
  const [user] = await insertUser(ctx.primary, {
    id,
    email,
    password_hash: await hashPassword(password ?? randomBytes(32).toString("base64")),
    role,
    grants,
    created_at: now,
    updated_at: now,
  });
  if (!user) throw conflict("A user with this e-mail address exists already", "USER_ALREADY_EXISTS");
  const change = {
    entity_type: "user",
    entity_id: id,
    action: "create",
    before: null,
    after: { role, grants },
  } as const;
  await recordAction(ctx, change);
  if (password === undefined) sendInvitation(ctx, user);
  return user;
}

interface UserRights {
  role?: Role | undefined;
  grants?: Grants | undefined;
  blocked?: boolean | undefined;
}

/** Changes what a user may do; blocking and a new role end the user's sessions. Throws 404, and 409 for the last admin. */
export async function updateUserRights(ctx: Context, id: string, rights: UserRights): Promise<UserRow> {
  const now = ctx.now();
  const before = await readUser(ctx, id);
  const endsSessions = rights.blocked === true || (rights.role !== undefined && rights.role !== before.role);
  const changes = {
    ...(rights.role === undefined ? {} : { role: rights.role }),
    ...(rights.grants === undefined ? {} : { grants: rights.grants }),
    ...(rights.blocked === undefined ? {} : { blocked_at: rights.blocked ? now : null }),
    ...(endsSessions ? endedSessions(now) : {}),
    updated_at: now,
  };
  const weakens = rights.blocked === true || rights.role === "user";
  const change = weakens ? updateUnlessLastAdmin : updateUser;
  const [[user]] = await ctx.primary.batch([
    change(ctx.primary, id, changes),
    ...(rights.blocked === false ? await callOffLeaving(ctx, id) : []),
  ]);
  if (!user) throw lastAdmin();
  await recordRights(ctx, before, rights);
  if (endsSessions) await announceEndedSessions(ctx, id);
  else forgetStanding(id);
  return user;
}

/**
 * Deletes a user, the links mailed to them and their account at the provider; what else there is of them goes at the
 * next tick, and so does the account when the provider does not let it go now. Throws 404, and 409 for the last admin.
 */
export async function deleteUser(ctx: Context, id: string): Promise<void> {
  const { primary } = ctx;
  const user = await readUser(ctx, id);
  const now = ctx.now();
  // Blocked first: an account that outlived its row would come back as a new user.
  const [[blocked]] = await primary.batch([
    updateUnlessLastAdmin(primary, id, leaving(now)),
    recordDeletion(primary, { owner: id, requested_at: now, deletion_at: now }),
    beginDeletion(primary, id, now),
  ]);
  if (!blocked) throw lastAdmin();
  await recordAction(ctx, { entity_type: "user", entity_id: id, action: "delete", before: null, after: null });
  await announceEndedSessions(ctx, id);
  try {
    await deleteIdentity(ctx, user);
  } catch (error) {
    return ctx.log.warning("identity_stays", { user_id: id, ...describeError(error) });
  }
  await primary.batch([deleteUserRow(primary, id), deleteMailedTokensOf(primary, id)]);
  forgetStanding(id);
}

function recordRights(ctx: Context, { id, role, grants, blocked_at }: UserRow, rights: UserRights) {
  const before = { role, grants, blocked: blocked_at !== null };
  const after = { ...before, ...Object.fromEntries(Object.entries(rights).filter(([, right]) => right !== undefined)) };
  return recordAction(ctx, { entity_type: "user", entity_id: id, action: "update", before, after });
}

async function readUser(ctx: Context, id: string): Promise<UserRow> {
  const [user] = await findUserById(ctx.primary, id);
  if (!user) throw notFound("User not found");
  return user;
}

export const lastAdmin = () => conflict("The last admin cannot be demoted, blocked or deleted", "LAST_ADMIN");
