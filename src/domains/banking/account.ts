import type { Context } from "../../context.ts";
import { badRequest, loginFailed, userBlocked } from "../../errors.ts";
import type { Login } from "../../platform/auth/identity-provider.ts";
import { registerUser } from "../../platform/auth/registration.ts";
import { endOwnSessions, findUserByLogin, openSession, readOwnUser } from "../../platform/auth/sessions.ts";
import { stopCollecting } from "./collecting.ts";
import { ensureCollectionSchedule } from "./collection-schedule.ts";

/** Registers somebody, signs them in and has their data collected daily. Throws `REGISTRATION_FAILED`. */
export async function register(ctx: Context, login: Login) {
  const registration = await registerUser(ctx, login);
  if (!registration.user) {
    const { refusal } = registration;
    throw badRequest(refusal.kind === "bad-password" ? refusal.reason : "Registration failed", "REGISTRATION_FAILED");
  }
  const { id } = registration.user;
  await ensureCollectionSchedule(ctx, id);
  return { ...(await openSession(ctx, registration)), user_id: id };
}

/**
 * Signs somebody in; their data are collected daily from then on, unless they have switched that off. Throws
 * `LOGIN_FAILED` and `USER_BLOCKED`.
 */
export async function signIn(ctx: Context, login: Login) {
  const found = await findUserByLogin(ctx, login);
  if (!found) throw loginFailed();
  const { id, blocked_at } = found.user;
  if (blocked_at !== null) throw userBlocked();
  await ensureCollectionSchedule(ctx, id);
  return openSession(ctx, found);
}

/** Ends all sessions of the caller, and all collecting for them: what it needs is removed. */
export async function signOut(ctx: Context): Promise<void> {
  const { id } = await readOwnUser(ctx);
  // The sessions end last: whoever sees a fault before that can ask again.
  await stopCollecting(ctx, id);
  await endOwnSessions(ctx);
}
