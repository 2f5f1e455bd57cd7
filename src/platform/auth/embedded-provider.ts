import type { Context } from "../../context.ts";
import { invalidToken } from "../../errors.ts";
import { findAnyUser } from "../http/health.store.ts";
import { announceEndedSessions } from "./ended-sessions.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import { deleteMailedTokensOf } from "./mailed-token.store.ts";
import { badPassword, mailResetLink } from "./mailed-tokens.ts";
import { passwordProblem } from "./password-rule.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { signingKeys } from "./signing-key.ts";
import { endedSessions, insertUser, updateUser, type UserRow } from "./user.store.ts";

/** Passwords as hashes in our own rows. */
export const embeddedProvider: IdentityProvider = {
  async register(ctx, { email, password }) {
    signingKeys(ctx.config);
    const now = ctx.now();
    const [user] = await insertUser(ctx.primary, {
      id: crypto.randomUUID(),
      email,
      password_hash: await hashPassword(password),
      created_at: now,
      updated_at: now,
    });
    if (user) return { user, tokens: null, refusal: null };
    return { user: null, tokens: null, refusal: { kind: "address-taken" } };
  },

  async signIn(ctx, { password }, user) {
    // Without a safe key no token could be issued: 503 before anything is looked at.
    signingKeys(ctx.config);
    const matches = await verifyPassword(password, user?.password_hash ?? null);
    return user && matches ? { user, tokens: null } : null;
  },

  async sendReset(ctx, _email, user) {
    // A password of ours never lets somebody in whom Firebase keeps.
    if (user?.provider_id === null) await mailResetLink(ctx, user);
  },

  async preparePassword(ctx, user, change, code) {
    if (!(await verifyPassword(change.current_password, user.password_hash))) {
      throw badPassword(code, "The current password is missing or wrong");
    }
    const problem = passwordProblem(change.new_password);
    if (problem) throw badPassword(code, problem);
    const hash = await hashPassword(change.new_password);
    return async () => ({ user: await storePassword(ctx, user, hash), tokens: null });
  },

  // Sessions, and all else that there is of a person, are the row's.
  async endSessions() {},
  async remove() {},

  async findProblem(ctx) {
    await findAnyUser(ctx.db);
    return null;
  },
};

async function storePassword(ctx: Context, user: UserRow, password_hash: string): Promise<UserRow> {
  const now = ctx.now();
  const [[changed]] = await ctx.primary.batch([
    updateUser(ctx.primary, user.id, { password_hash, ...endedSessions(now), updated_at: now }),
    deleteMailedTokensOf(ctx.primary, user.id),
  ]);
  await announceEndedSessions(ctx, user.id);
  if (!changed) throw invalidToken();
  return changed;
}
