import type { Context } from "../../../context.ts";
import { invalidToken, unprocessable } from "../../../errors.ts";
import { announceEndedSessions } from "../ended-sessions.ts";
import type { IdentityProvider, Login, ProviderTokens, SignIn } from "../identity-provider.ts";
import { badPassword } from "../mailed-tokens.ts";
import { passwordProblem } from "../password-rule.ts";
import { endedSessions, findUserByEmail, updateUser, type UserRow } from "../user.store.ts";
import { deleteOwnAccount, sendResetCode, signInWithPassword, signUp, updatePassword } from "./accounts.ts";
import { administer, administratorProblem, canAdminister } from "./administrator.ts";
import { failed, refusedBy } from "./call.ts";
import { findFirebaseProblem } from "./health.ts";
import { findUserOfTokens, insertPerson, isAfter, isFirstAdmin, verifyIssued } from "./people.ts";
import { forgetAccount } from "./standing.ts";

const WRONG_LOGIN = ["EMAIL_NOT_FOUND", "INVALID_PASSWORD", "INVALID_LOGIN_CREDENTIALS", "INVALID_EMAIL"];
const WEAK_PASSWORD = ["WEAK_PASSWORD", "PASSWORD_DOES_NOT_MEET_REQUIREMENTS"];
const WEAK_REASON = "Firebase finds the password too weak";
const addressTaken = { user: null, tokens: null, refusal: { kind: "address-taken" } } as const;

/** Firebase Authentication: passwords are there, rights and data here. */
export const firebaseProvider: IdentityProvider = {
  async register(ctx, login) {
    const [known] = await findUserByEmail(ctx.primary, login.email);
    if (known || isFirstAdmin(ctx, login.email)) return addressTaken;
    const { body: tokens, refusal } = await signUp(ctx, login);
    if (!tokens) {
      if (refusal === "EMAIL_EXISTS") return addressTaken;
      if (refusal === "INVALID_EMAIL") throw unprocessable([{ field: "email", message: "Firebase does not take it" }]);
      if (!WEAK_PASSWORD.includes(refusal)) throw refusedBy(ctx, "signUp", refusal);
      return { user: null, tokens: null, refusal: { kind: "bad-password", reason: WEAK_REASON } };
    }
    const user = await insertNewcomer(ctx, login, tokens);
    if (user) return { user, tokens, refusal: null };
    // Somebody got the address here meanwhile: theirs stays, and the account must not lie about.
    await deleteOwnAccount(ctx, tokens.id_token);
    return addressTaken;
  },

  async signIn(ctx, login) {
    const first = await signInOnce(ctx, login);
    if (!first) return null;
    const { user, tokens, claims } = first;
    if (isAfter(claims, user.tokens_valid_after)) return { user, tokens };
    // Tokens tell seconds only: one of the second of a logout would be taken for one from before it.
    await untilNextSecond(ctx, user.tokens_valid_after);
    return signInOnce(ctx, login);
  },

  async sendReset(ctx, email) {
    const { refusal } = await sendResetCode(ctx, email);
    if (refusal !== null && !WRONG_LOGIN.includes(refusal)) throw refusedBy(ctx, "sendOobCode", refusal);
  },

  async preparePassword(ctx, user, change, code) {
    const { current_password, new_password } = change;
    const current = await signInWithPassword(ctx, { email: user.email, password: current_password });
    if (!current.body) {
      if (!WRONG_LOGIN.includes(current.refusal)) throw refusedBy(ctx, "signInWithPassword", current.refusal);
      throw badPassword(code, "The current password is missing or wrong");
    }
    const { id_token } = current.body;
    const { provider_id } = await verifyIssued(ctx, id_token);
    if (provider_id !== user.provider_id) throw badPassword(code, "The current password is missing or wrong");
    const problem = passwordProblem(new_password);
    if (problem) throw badPassword(code, problem);
    return () => storePassword(ctx, user, { id_token, password: new_password }, code);
  },

  async endSessions(ctx, { provider_id }) {
    if (provider_id === null) return;
    forgetAccount(provider_id);
    if (!canAdminister(ctx)) return ctx.log.warning("firebase_sessions_stay", { reason: "no service account" });
    const validSince = String(Math.floor(ctx.now() / 1000));
    await administer(ctx, { verb: "update", body: { localId: provider_id, validSince } });
  },

  async remove(ctx, { provider_id }) {
    if (provider_id === null) return;
    await administer(ctx, { verb: "delete", body: { localId: provider_id } });
    forgetAccount(provider_id);
  },

  async findProblem(ctx) {
    return (await findFirebaseProblem(ctx)) ?? administratorProblem(ctx);
  },
};

async function signInOnce(ctx: Context, login: Login) {
  const { body: tokens, refusal } = await signInWithPassword(ctx, login);
  if (!tokens) {
    if (WRONG_LOGIN.includes(refusal)) return null;
    throw refusedBy(ctx, "signInWithPassword", refusal);
  }
  return { tokens, ...(await findUserOfTokens(ctx, tokens)) };
}

async function insertNewcomer(ctx: Context, { email }: Login, { id_token }: ProviderTokens): Promise<UserRow | null> {
  const { provider_id } = await verifyIssued(ctx, id_token);
  return insertPerson(ctx, { provider_id, email, is_verified: false, valid_since: 0 });
}

async function storePassword(
  ctx: Context,
  user: UserRow,
  change: { id_token: string; password: string },
  code: string,
): Promise<SignIn> {
  const { body: tokens, refusal } = await updatePassword(ctx, change);
  if (!tokens) {
    if (WEAK_PASSWORD.includes(refusal)) throw badPassword(code, WEAK_REASON);
    throw refusedBy(ctx, "update", refusal);
  }
  const { provider_id, auth_time } = await verifyIssued(ctx, tokens.id_token);
  if (provider_id !== user.provider_id) throw failed(ctx, "update", { reason: "it named another account" });
  const now = ctx.now();
  // The new session was begun at its `auth_time`, and has to count.
  const ended = { ...endedSessions(now), tokens_valid_after: auth_time * 1000 - 1 };
  const [changed] = await updateUser(ctx.primary, user.id, { ...ended, updated_at: now });
  await announceEndedSessions(ctx, user.id);
  forgetAccount(provider_id);
  if (!changed) throw invalidToken();
  return { user: changed, tokens };
}

/** At most two seconds, whatever the clocks say. */
async function untilNextSecond(ctx: Context, time_ms: number): Promise<void> {
  const next = (Math.floor(time_ms / 1000) + 1) * 1000;
  const wait_ms = Math.min(Math.max(next - ctx.now(), 0), 2000);
  await new Promise((resolve) => {
    setTimeout(resolve, wait_ms);
  });
}
