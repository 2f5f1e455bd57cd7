import { createHash, randomBytes } from "node:crypto";
import type { Context } from "../../context.ts";
import { badRequest } from "../../errors.ts";
import { describeError } from "../http/log.ts";
import { announceEndedSessions } from "./ended-sessions.ts";
import { sendMail } from "./mail.ts";
import {
  deleteExpiredMailedTokens,
  deleteMailedToken,
  deleteSiblingMailedTokens,
  findMailedTokenUser,
  insertMailedToken,
  type MailedPurpose,
  type MailedTokenKey,
  updateMailedTokenUser,
} from "./mailed-token.store.ts";
import { passwordProblem } from "./password-rule.ts";
import { hashPassword } from "./passwords.ts";
import { forgetStanding } from "./standing.ts";
import { endedSessions, findUserByEmail, type UserRow } from "./user.store.ts";

interface Letter {
  purpose: MailedPurpose;
  subject: string;
  page: string;
  lifetime_hours: number;
}

const RESET: Letter = {
  purpose: "reset-password",
  subject: "Reset your Catchment password",
  page: "reset-password",
  lifetime_hours: 1,
};
const INVITATION: Letter = { ...RESET, subject: "You are invited to Catchment", lifetime_hours: 72 };
const VERIFICATION: Letter = {
  purpose: "verify-email",
  subject: "Confirm your e-mail address for Catchment",
  page: "verify",
  lifetime_hours: 24,
};

/** Mails the link by which somebody chooses a new password. */
export const mailResetLink = (ctx: Context, user: UserRow): Promise<void> => mailToken(ctx, user, RESET);

/** Mails a confirmation link where the address is known, not confirmed yet, and confirmed by us; deferred as a reset. */
export function requestVerification(ctx: Context, email: string): void {
  deferMail(ctx, async () => {
    const [user] = await findUserByEmail(ctx.primary, email);
    if (user && !user.is_verified && user.provider_id === null) await mailToken(ctx, user, VERIFICATION);
  });
}

/** Mails the link by which an invited person chooses a password. */
export function sendInvitation(ctx: Context, user: UserRow): void {
  deferMail(ctx, () => mailToken(ctx, user, INVITATION));
}

/** Sets a new password by a mailed token and ends every session. Throws `RESET_PASSWORD_BAD_TOKEN`. */
export async function resetPassword(ctx: Context, input: { token: string; password: string }): Promise<void> {
  const problem = passwordProblem(input.password);
  if (problem) throw badPassword("RESET_PASSWORD_INVALID_PASSWORD", problem);
  const key = keyOf(ctx, input.token, "reset-password");
  const [known] = await findMailedTokenUser(ctx.primary, key);
  if (!known) throw badToken("RESET_PASSWORD_BAD_TOKEN");
  const changes = {
    password_hash: await hashPassword(input.password),
    ...endedSessions(ctx.now()),
    updated_at: ctx.now(),
  };
  const [[user]] = await ctx.primary.batch([
    updateMailedTokenUser(ctx.primary, key, changes),
    deleteSiblingMailedTokens(ctx.primary, key),
  ]);
  // The other of two simultaneous tries used the token up between the look-up and here.
  if (!user) throw badToken("RESET_PASSWORD_BAD_TOKEN");
  await announceEndedSessions(ctx, user.id);
}

/** Confirms an address by a mailed token. Throws `VERIFY_USER_BAD_TOKEN` or `VERIFY_USER_ALREADY_VERIFIED`. */
export async function verifyEmail(ctx: Context, token: string): Promise<UserRow> {
  const key = keyOf(ctx, token, "verify-email");
  const [known] = await findMailedTokenUser(ctx.primary, key);
  if (!known) throw badToken("VERIFY_USER_BAD_TOKEN");
  if (known.user.is_verified) throw badRequest("VERIFY_USER_ALREADY_VERIFIED", "VERIFY_USER_ALREADY_VERIFIED");
  const [[user]] = await ctx.primary.batch([
    updateMailedTokenUser(ctx.primary, key, { is_verified: true, updated_at: ctx.now() }),
    deleteMailedToken(ctx.primary, key),
  ]);
  if (!user) throw badToken("VERIFY_USER_BAD_TOKEN");
  forgetStanding(user.id);
  return user;
}

/** The document's code is its message too; the reason stands beside the field. */
export const badPassword = (code: string, reason: string) =>
  badRequest(code, code, [{ field: "password", message: reason }]);

const badToken = (code: string) => badRequest(code, code);

/** Neither answer nor time tells whether there is anybody to write to. */
export function deferMail(ctx: Context, send: () => Promise<void>): void {
  ctx.defer(send().catch((error: unknown) => ctx.log.error("mail_failed", describeError(error))));
}

async function mailToken(ctx: Context, user: UserRow, letter: Letter): Promise<void> {
  const token = randomBytes(32).toString("base64url");
  const now = ctx.now();
  await ctx.primary.batch([
    deleteExpiredMailedTokens(ctx.primary, now),
    insertMailedToken(ctx.primary, {
      token_hash: hashToken(token),
      user_id: user.id,
      purpose: letter.purpose,
      expires_at: now + letter.lifetime_hours * 3_600_000,
      created_at: now,
    }),
  ]);
  // Behind the `#`, a secret reaches no server log and no Referer.
  const link = `${ctx.config.PUBLIC_URL.replace(/\/+$/, "")}/#/${letter.page}?token=${token}`;
  const text = `${letter.subject}: ${link}\n\nThe link works once, for ${letter.lifetime_hours} h.`;
  await sendMail(ctx, { to: user.email, subject: letter.subject, text, link });
}

const keyOf = (ctx: Context, token: string, purpose: MailedPurpose): MailedTokenKey => ({
  token_hash: hashToken(token),
  purpose,
  now: ctx.now(),
});

const hashToken = (token: string) => createHash("sha256").update(token).digest("hex");
