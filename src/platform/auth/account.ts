import type { Context } from "../../context.ts";
import { badRequest, conflict } from "../../errors.ts";
import { providerOf } from "./identities.ts";
import type { PasswordChange, SignIn } from "./identity-provider.ts";
import { sendMail } from "./mail.ts";
import { deleteMailedTokensOf } from "./mailed-token.store.ts";
import { readOwnUser } from "./sessions.ts";
import { forgetStanding } from "./standing.ts";
import { updateUserEmail, type UserRow } from "./user.store.ts";

/** Changes the caller's password and ends every session but the one that is returned. */
export async function changePassword(ctx: Context, change: PasswordChange): Promise<SignIn> {
  const user = await readOwnUser(ctx);
  const store = await providerOf(user).preparePassword(ctx, user, change, "CHANGE_PASSWORD_INVALID_PASSWORD");
  return store();
}

export interface AccountChanges {
  email?: string | undefined;
  password?: string | undefined;
  current_password?: string | undefined;
}

/**
 * Changes the caller's own address and password; a new password needs the current one and ends every session. Throws
 * 409 for the address of somebody whose provider keeps it.
 */
export async function updateAccount(ctx: Context, changes: AccountChanges): Promise<UserRow> {
  const user = await readOwnUser(ctx);
  const { email, password: new_password, current_password = "" } = changes;
  const movesEmail = email !== undefined && email !== user.email;
  if (movesEmail && user.provider_id !== null) throw conflict("The identity provider keeps this address");
  // Whatever can be refused is checked before anything is stored.
  const change = new_password === undefined ? null : { current_password, new_password };
  const storePassword =
    change && (await providerOf(user).preparePassword(ctx, user, change, "UPDATE_USER_INVALID_PASSWORD"));
  const moved = movesEmail ? await storeEmail(ctx, user, email) : user;
  if (!storePassword) return moved;
  return (await storePassword()).user;
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
