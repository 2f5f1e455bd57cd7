import type { Context } from "../../context.ts";
import { invalidToken, tokenExpired, userBlocked } from "../../errors.ts";
import { refreshTokens } from "./firebase/accounts.ts";
import { refusedBy } from "./firebase/call.ts";
import { findIdTokenUser } from "./firebase/people.ts";
import { openSession } from "./sessions.ts";

const INVALID = ["INVALID_REFRESH_TOKEN", "MISSING_REFRESH_TOKEN", "USER_NOT_FOUND", "INVALID_GRANT_TYPE"];

/**
 * Goes on with a session of Firebase. Throws `INVALID_TOKEN`, also for a session that was ended here; `TOKEN_EXPIRED`
 * for one that was revoked there; `USER_BLOCKED`; `FIREBASE_ERROR`.
 */
export async function refreshSession(ctx: Context, refresh_token: string) {
  if (ctx.config.IDENTITY_PROVIDER !== "firebase") throw invalidToken();
  const { body: tokens, refusal } = await refreshTokens(ctx, refresh_token);
  if (!tokens) {
    if (refusal === "TOKEN_EXPIRED") throw tokenExpired();
    throw INVALID.includes(refusal) ? invalidToken() : refusedBy(ctx, "refresh", refusal);
  }
  const { user } = await findIdTokenUser(ctx, tokens.id_token);
  if (user.blocked_at !== null) throw userBlocked();
  return openSession(ctx, { user, tokens });
}
