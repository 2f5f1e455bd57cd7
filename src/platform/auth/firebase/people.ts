import type { Context } from "../../../context.ts";
import { AppError, forbidden, invalidToken, registrationClosed, userBlocked } from "../../../errors.ts";
import type { ProviderTokens } from "../identity-provider.ts";
import { NO_PASSWORD } from "../passwords.ts";
import { forgetStanding, readUserStanding } from "../standing.ts";
import { findUserByProviderId, insertUser, updateUserEmail, type UserRow } from "../user.store.ts";
import { type Account, lookUpAccount } from "./accounts.ts";
import { failed } from "./call.ts";
import { type IdTokenClaims, verifyIdToken } from "./id-tokens.ts";
import { recallAccount, type Refusal, rememberAccount, rememberRefusal } from "./standing.ts";

/**
 * The user and the sign-in of an ID token, blocked or not: as Firebase has the account, at most a minute ago. Somebody who signed up
 * at Firebase gets a row at first sight. Throws `INVALID_TOKEN`, `TOKEN_EXPIRED`, `USER_BLOCKED` for an account that is
 * disabled, 403 for one that may not join, and `FIREBASE_ERROR`.
 */
export async function findIdTokenUser(ctx: Context, token: string): Promise<{ user: UserRow; claims: IdTokenClaims }> {
  const claims = await verifyIdToken(ctx, token);
  const user = (await findKnownUser(ctx, claims)) ?? (await findUserAnew(ctx, token, claims));
  // Whoever is blocked hears that first, whatever the token.
  if (user.blocked_at === null && !isAfter(claims, user.tokens_valid_after)) throw invalidToken();
  return { user, claims };
}

/** The user whom Firebase has just issued tokens to. Throws as above, but `FIREBASE_ERROR` for tokens that do not hold. */
export async function findUserOfTokens(
  ctx: Context,
  { id_token }: ProviderTokens,
): Promise<{ user: UserRow; claims: IdTokenClaims }> {
  const claims = await verifyIssued(ctx, id_token);
  return { user: await findUserAnew(ctx, id_token, claims), claims };
}

/** The id and sign-in of an ID token that Firebase has just issued. */
export function verifyIssued(ctx: Context, id_token: string): Promise<IdTokenClaims> {
  return verifyIdToken(ctx, id_token).catch((error: unknown) => {
    const isRefused = error instanceof AppError && error.status === 401;
    throw isRefused ? failed(ctx, "issue", { reason: "its ID token does not verify" }) : error;
  });
}

/** A sign-in of the second in which the sessions ended counts as one before. */
export const isAfter = (claims: IdTokenClaims, tokens_valid_after: number) =>
  claims.auth_time * 1000 > tokens_valid_after;

async function findKnownUser(ctx: Context, claims: IdTokenClaims): Promise<UserRow | null> {
  const known = recallAccount(ctx, claims);
  if (known === null) return null;
  if (typeof known !== "string") throw await refusedAccount(ctx, claims, known);
  const user = await readUserStanding(ctx, known);
  // The row may have become somebody else's: the first admin takes over the address that is theirs.
  return user?.provider_id === claims.provider_id ? user : null;
}

/** Whoever is blocked here hears that also when Firebase has ended the session. */
async function refusedAccount(ctx: Context, { provider_id }: IdTokenClaims, { refusal }: Refusal): Promise<AppError> {
  if (refusal === "disabled") return userBlocked();
  const [user] = await findUserByProviderId(ctx.primary, provider_id);
  return user && user.blocked_at !== null ? userBlocked() : invalidToken();
}

async function findUserAnew(ctx: Context, token: string, claims: IdTokenClaims): Promise<UserRow> {
  const account = await lookUpAccount(ctx, token);
  if (account === "gone" || account === "disabled") {
    rememberRefusal(ctx, claims, account);
    throw await refusedAccount(ctx, claims, { refusal: account });
  }
  if (account.provider_id !== claims.provider_id) throw failed(ctx, "lookup", { reason: "it named another account" });
  const user = (await findPerson(ctx, account)) ?? (await joinPerson(ctx, account));
  rememberAccount(ctx, claims, { user_id: user.id, valid_since: account.valid_since });
  return user;
}

async function findPerson(ctx: Context, account: Account): Promise<UserRow | null> {
  const [user = null] = await findUserByProviderId(ctx.primary, account.provider_id);
  if (!user || account.email === null) return user;
  const { email, is_verified } = account;
  if (email === user.email && is_verified === user.is_verified) return user;
  const [changed] = await updateUserEmail(ctx.primary, user.id, email, { is_verified, updated_at: ctx.now() });
  forgetStanding(user.id);
  // An address that somebody has here is not taken from them.
  return changed ?? user;
}

/** Lets somebody in whom Firebase knows and we do not. Anybody can sign up there, so that registration has to be open. */
async function joinPerson(ctx: Context, account: Account): Promise<UserRow> {
  if (ctx.config.REGISTRATION !== "open") throw registrationClosed();
  const user = await insertPerson(ctx, account);
  if (user) return user;
  // The first requests of an app come at once.
  const [joined] = await findUserByProviderId(ctx.primary, account.provider_id);
  if (joined) return joined;
  throw forbidden("The e-mail address belongs to another account here", "EMAIL_TAKEN");
}

/**
 * Gives an account its row; null where somebody has the address. That row is never taken over, not even for a verified
 * address: whoever registered it first may know its password, and its rights are not Firebase's to give.
 */
export async function insertPerson(ctx: Context, account: Account): Promise<UserRow | null> {
  const { provider_id, email, is_verified } = account;
  if (email === null) throw forbidden("An account needs an e-mail address", "EMAIL_MISSING");
  if (isFirstAdmin(ctx, email)) return null;
  const now = ctx.now();
  const [user = null] = await insertUser(ctx.primary, {
    id: crypto.randomUUID(),
    email,
    password_hash: NO_PASSWORD,
    is_verified,
    provider_id,
    created_at: now,
    updated_at: now,
  });
  return user;
}

/** The operator gets in with a password of ours, whatever becomes of Firebase. */
export const isFirstAdmin = ({ config }: Context, email: string): boolean =>
  email.toLowerCase() === config.ADMIN_EMAIL.toLowerCase();
