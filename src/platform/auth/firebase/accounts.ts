import { z } from "zod";
import type { Context } from "../../../context.ts";
import type { Login, ProviderTokens } from "../identity-provider.ts";
import { callFirebase, type FirebaseAnswer, refusedBy } from "./call.ts";
import { firebaseSettings } from "./settings.ts";

/** An account as Firebase has it. */
export interface Account {
  provider_id: string;
  email: string | null;
  is_verified: boolean;
  /** Seconds UTC: sign-ins before that do not count. */
  valid_since: number;
}

const lifetime = z.coerce.number().int().positive();

const signInSchema = z
  .object({ idToken: z.string().min(1), refreshToken: z.string().min(1), expiresIn: lifetime })
  .transform(({ idToken: id_token, refreshToken: refresh_token, expiresIn: expires_in }): ProviderTokens => ({
    id_token,
    refresh_token,
    expires_in,
  }));

const refreshSchema = z.object({ id_token: z.string().min(1), refresh_token: z.string().min(1), expires_in: lifetime });

const lookupSchema = z.object({
  users: z
    .array(
      z
        .object({
          localId: z.string().min(1),
          email: z.string().min(1).nullish(),
          emailVerified: z.boolean().default(false),
          validSince: z.coerce.number().default(0),
          disabled: z.boolean().default(false),
        })
        .transform(({ localId, email, emailVerified, validSince, disabled }) => ({
          provider_id: localId,
          email: email ?? null,
          is_verified: emailVerified,
          valid_since: validSince,
          disabled,
        })),
    )
    .max(1)
    .default([]),
});

/** `accounts:signUp`, `accounts:signInWithPassword` (https://docs.cloud.google.com/identity-platform/docs/reference/rest). */
export const signUp = (ctx: Context, { email, password }: Login) =>
  post(ctx, "signUp", { email, password, returnSecureToken: true }, signInSchema);

export const signInWithPassword = (ctx: Context, { email, password }: Login) =>
  post(ctx, "signInWithPassword", { email, password, returnSecureToken: true }, signInSchema);

/** Sets a new password, which ends every session but the one of the tokens in the answer. */
export const updatePassword = (ctx: Context, { id_token, password }: { id_token: string; password: string }) =>
  post(ctx, "update", { idToken: id_token, password, returnSecureToken: true }, signInSchema);

/** Has Firebase mail a link by which a new password is chosen. */
export const sendResetCode = (ctx: Context, email: string) =>
  post(ctx, "sendOobCode", { requestType: "PASSWORD_RESET", email }, z.looseObject({}));

/** Deletes the account that an ID token belongs to. */
export const deleteOwnAccount = (ctx: Context, id_token: string) =>
  post(ctx, "delete", { idToken: id_token }, z.looseObject({}));

/** A new ID token for a refresh token (https://firebase.google.com/docs/reference/rest/auth, "Exchange a refresh token"). */
export async function refreshTokens(ctx: Context, refresh_token: string): Promise<FirebaseAnswer<ProviderTokens>> {
  const { secure_token, api_key } = firebaseSettings(ctx);
  return callFirebase(ctx, {
    operation: "refresh",
    url: `${secure_token}/v1/token?key=${encodeURIComponent(api_key)}`,
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token }),
    schema: refreshSchema,
  });
}

const GONE = ["USER_NOT_FOUND", "TOKEN_EXPIRED", "INVALID_ID_TOKEN"];

/**
 * The account of an ID token; `gone` when Firebase does not take the token any more, because it was revoked or the
 * account deleted.
 */
export async function lookUpAccount(ctx: Context, id_token: string): Promise<Account | "gone" | "disabled"> {
  const { body, refusal } = await post(ctx, "lookup", { idToken: id_token }, lookupSchema);
  if (!body) {
    if (GONE.includes(refusal)) return "gone";
    if (refusal === "USER_DISABLED") return "disabled";
    throw refusedBy(ctx, "lookup", refusal);
  }
  const [found] = body.users;
  if (!found) return "gone";
  const { disabled, ...account } = found;
  return disabled ? "disabled" : account;
}

function post<Schema extends z.ZodType>(
  ctx: Context,
  operation: string,
  body: Record<string, unknown>,
  schema: Schema,
): Promise<FirebaseAnswer<z.output<Schema>>> {
  const { identity_toolkit, api_key } = firebaseSettings(ctx);
  const url = `${identity_toolkit}/v1/accounts:${operation}?key=${encodeURIComponent(api_key)}`;
  return callFirebase(ctx, { operation, url, body, schema });
}
