import type { Context } from "../../context.ts";
import { AppError, badRequest, invalidToken } from "../../errors.ts";
import { recordChange } from "../audit/audit.ts";
import { recordAction } from "../audit/record-action.ts";
import { describeError } from "../http/log.ts";
import { issueUserToken } from "./access-tokens.ts";
import { announceEndedSessions } from "./ended-sessions.ts";
import { ensureAdmin } from "./first-admin.ts";
import { endIdentitySessions, providerFor } from "./identities.ts";
import type { Login, SignIn } from "./identity-provider.ts";
import { stay } from "./leaving.ts";
import { endedSessions, findUserByEmail, findUserById, updateUser, type UserRow } from "./user.store.ts";

/**
 * Whoever has this address and password, blocked or not; null for any other, after the same work. Somebody who was
 * leaving stays by that.
 */
export async function findUserByLogin(ctx: Context, login: Login): Promise<SignIn | null> {
  if (login.email.toLowerCase() === ctx.config.ADMIN_EMAIL.toLowerCase()) await ensureAdmin(ctx);
  const [user = null] = await findUserByEmail(ctx.primary, login.email);
  const found = await providerFor(ctx, user)
    .signIn(ctx, login, user)
    .catch(async (error: unknown) => {
      if (isBlocked(error)) await recordFailedLogin(ctx, user, "blocked");
      throw error;
    });
  if (!found) await recordFailedLogin(ctx, user, "wrong address or password");
  const staying = found && (await stay(ctx, found));
  if (staying) await recordLogin(ctx, staying.user);
  return staying;
}

const isBlocked = (error: unknown) => error instanceof AppError && error.code === "USER_BLOCKED";

/** Before a session is handed out: one that the audit does not know of is none. */
async function recordLogin(ctx: Context, user: UserRow): Promise<void> {
  if (user.blocked_at !== null) return recordFailedLogin(ctx, user, "blocked");
  const { id: entity_id, email: actor_email } = user;
  const actor = { actor_id: entity_id, actor_email };
  await recordAction(ctx, { entity_type: "user", entity_id, action: "login", before: null, after: null, ...actor });
}

async function recordFailedLogin(ctx: Context, user: UserRow | null, reason: string): Promise<void> {
  // People type passwords into the wrong field, and some look like addresses: what nobody is known by is not recorded.
  const entity_id = user?.id ?? "unknown";
  await recordAction(ctx, { entity_type: "user", entity_id, action: "login_failed", before: null, after: { reason } });
}

/** As above, for the doors that tell a blocked user nothing else. Throws `LOGIN_BAD_CREDENTIALS`. */
export async function findActiveUserByLogin(ctx: Context, login: Login): Promise<SignIn> {
  const found = await findUserByLogin(ctx, login).catch((error: unknown) => {
    if (isBlocked(error)) return null;
    throw error;
  });
  if (found && found.user.blocked_at === null) return found;
  throw badRequest("LOGIN_BAD_CREDENTIALS", "LOGIN_BAD_CREDENTIALS");
}

interface Session {
  access_token: string;
  token_type: "bearer";
  refresh_token?: string;
  /** Seconds. */
  expires_in?: number;
}

/** What both login doors answer at least: a token of ours, or what the provider issued, so that its apps are alike. */
export async function openSession(ctx: Context, { user, tokens }: SignIn): Promise<Session> {
  if (!tokens) return { access_token: await issueUserToken(ctx, user), token_type: "bearer" };
  const { id_token: access_token, refresh_token, expires_in } = tokens;
  return { access_token, token_type: "bearer", refresh_token, expires_in };
}

/** Ends every session of the caller: tokens issued until now are refused. */
export async function endOwnSessions(ctx: Context): Promise<void> {
  const user = await readOwnUser(ctx);
  const now = ctx.now();
  const change = { entity_type: "user", entity_id: user.id, action: "logout", before: null, after: null } as const;
  await ctx.primary.batch([
    updateUser(ctx.primary, user.id, { ...endedSessions(now), updated_at: now }),
    recordChange(ctx, change, ctx.primary),
  ]);
  await announceEndedSessions(ctx, user.id);
  // Our row refuses them already; the provider is told so that it renews them no more.
  const told = endIdentitySessions(ctx, user);
  ctx.defer(told.catch((error: unknown) => ctx.log.warning("provider_sessions_stay", describeError(error))));
}

/** The caller's own row. Throws `INVALID_TOKEN` when it was deleted meanwhile. */
export async function readOwnUser(ctx: Context): Promise<UserRow> {
  if (ctx.principal.kind !== "user") throw invalidToken();
  const [user] = await findUserById(ctx.primary, ctx.principal.id);
  if (!user) throw invalidToken();
  return user;
}
