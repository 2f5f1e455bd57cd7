import type { Context } from "../../context.ts";
import { badRequest, invalidToken } from "../../errors.ts";
import { issueUserToken } from "./access-tokens.ts";
import { ensureAdmin } from "./first-admin.ts";
import { verifyPassword } from "./passwords.ts";
import { signingKeys } from "./signing-key.ts";
import { forgetStanding } from "./standing.ts";
import { findUserByEmail, findUserById, nextVersion, updateUser, type UserRow } from "./user.store.ts";

export interface Login {
  email: string;
  password: string;
}

/** The user with this address and password, blocked or not; null for any other, after the same work. */
export async function findUserByLogin(ctx: Context, { email, password }: Login): Promise<UserRow | null> {
  // Without a safe key no token could be issued: 503 before anything is looked up.
  signingKeys(ctx.config);
  if (email.toLowerCase() === ctx.config.ADMIN_EMAIL.toLowerCase()) await ensureAdmin(ctx);
  const [user = null] = await findUserByEmail(ctx.primary, email);
  const matches = await verifyPassword(password, user?.password_hash ?? null);
  return matches ? user : null;
}

/** As above, for the doors that tell a blocked user nothing else. Throws `LOGIN_BAD_CREDENTIALS`. */
export async function findActiveUserByLogin(ctx: Context, login: Login): Promise<UserRow> {
  const user = await findUserByLogin(ctx, login);
  if (user && user.blocked_at === null) return user;
  throw badRequest("LOGIN_BAD_CREDENTIALS", "LOGIN_BAD_CREDENTIALS");
}

/** What both login doors answer at least. */
export async function openSession(ctx: Context, user: UserRow) {
  return { access_token: await issueUserToken(ctx, user), token_type: "bearer" as const };
}

/** Ends every session of the caller: tokens of an older version are refused from now on. */
export async function endOwnSessions(ctx: Context): Promise<void> {
  const { id } = await readOwnUser(ctx);
  await updateUser(ctx.primary, id, { token_version: nextVersion, updated_at: ctx.now() });
  forgetStanding(id);
}

/** The caller's own row. Throws `INVALID_TOKEN` when it was deleted meanwhile. */
export async function readOwnUser(ctx: Context): Promise<UserRow> {
  if (ctx.principal.kind !== "user") throw invalidToken();
  const [user] = await findUserById(ctx.primary, ctx.principal.id);
  if (!user) throw invalidToken();
  return user;
}
