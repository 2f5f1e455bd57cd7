import type { Context } from "../../context.ts";
import { badRequest, invalidToken } from "../../errors.ts";
import { sendMail } from "./mail.ts";
import { badPassword } from "./mailed-tokens.ts";
import { deleteMailedTokensOf } from "./mailed-token.store.ts";
import { passwordProblem } from "./password-rule.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { readOwnUser } from "./sessions.ts";
import { forgetStanding } from "./standing.ts";
import { nextVersion, updateUser, updateUserEmail, type UserRow } from "./user.store.ts";

interface PasswordChange {
  current_password: string;
  new_password: string;
}

/** Changes the caller's password and ends every session; the row's new token version lets the caller go on. */
export async function changePassword(ctx: Context, input: PasswordChange): Promise<UserRow> {
  const user = await readOwnUser(ctx);
  return storePassword(ctx, user, await hashNewPassword(user, input, "CHANGE_PASSWORD_INVALID_PASSWORD"));
}

export interface AccountChanges {
  email?: string | undefined;
  password?: string | undefined;
  current_password?: string | undefined;
}

/** Changes the caller's own address and password; a new password needs the current one and ends every session. */
export async function updateAccount(ctx: Context, changes: AccountChanges): Promise<UserRow> {
  let user = await readOwnUser(ctx);
  const { email, password: new_password, current_password = "" } = changes;
  // Whatever can be refused is checked before anything is stored.
  const hash =
    new_password === undefined
      ? null
      : await hashNewPassword(user, { current_password, new_password }, "UPDATE_USER_INVALID_PASSWORD");
  if (email !== undefined && email !== user.email) user = await storeEmail(ctx, user, email);
  return hash === null ? user : storePassword(ctx, user, hash);
}

async function hashNewPassword(user: UserRow, input: PasswordChange, code: string): Promise<string> {
  if (!(await verifyPassword(input.current_password, user.password_hash))) {
    throw badPassword(code, "The current password is missing or wrong");
  }
  const problem = passwordProblem(input.new_password);
  if (problem) throw badPassword(code, problem);
  return hashPassword(input.new_password);
}

async function storePassword(ctx: Context, user: UserRow, password_hash: string): Promise<UserRow> {
  const [[changed]] = await ctx.primary.batch([
    updateUser(ctx.primary, user.id, { password_hash, token_version: nextVersion, updated_at: ctx.now() }),
    deleteMailedTokensOf(ctx.primary, user.id),
  ]);
  forgetStanding(user.id);
  if (!changed) throw invalidToken();
  return changed;
}

async function storeEmail(ctx: Context, user: UserRow, email: string): Promise<UserRow> {
  const [changed] = await updateUserEmail(ctx.primary, user.id, email, { is_verified: false, updated_at: ctx.now() });
  if (!changed) throw badRequest("UPDATE_USER_EMAIL_ALREADY_EXISTS", "UPDATE_USER_EMAIL_ALREADY_EXISTS");
  // Links mailed to the old address prove nothing about the new one.
  await deleteMailedTokensOf(ctx.primary, user.id);
  forgetStanding(user.id);
  const text = `The e-mail address of your account is now ${email}. If that was not you, tell an admin.`;
  ctx.defer(sendMail(ctx, { to: user.email, subject: "Your Catchment address was changed", text }));
  return changed;
}
