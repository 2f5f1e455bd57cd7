import type { Context } from "../../context.ts";
import type { UserRow } from "./user.store.ts";

export interface Login {
  email: string;
  password: string;
}

/** What an outside provider issues to somebody who signed in. */
export interface ProviderTokens {
  id_token: string;
  refresh_token: string;
  /** Seconds until the ID token ends. */
  expires_in: number;
}

/** Somebody who has proved who they are, blocked or not. */
export interface SignIn {
  user: UserRow;
  /** Null where the tokens are ours. */
  tokens: ProviderTokens | null;
}

type Refusal = { kind: "address-taken" } | { kind: "bad-password"; reason: string };

export type Registration = (SignIn & { refusal: null }) | { user: null; tokens: null; refusal: Refusal };

export interface PasswordChange {
  current_password: string;
  new_password: string;
}

/** Whoever keeps people's passwords. What a person may do here, and whether they are blocked, are our rows' business. */
export interface IdentityProvider {
  /** Creates an account and its row. */
  register(ctx: Context, login: Login): Promise<Registration>;
  /** Checks a password; `user` is the row of that address, if there is one. Null for a wrong address or password. */
  signIn(ctx: Context, login: Login, user: UserRow | null): Promise<SignIn | null>;
  /** Has a link mailed by which a new password is chosen, where the address is known. */
  sendReset(ctx: Context, email: string, user: UserRow | null): Promise<void>;
  /**
   * Checks a change of password; what it returns makes it, and ends every session but the new one. Throws 400 with the
   * caller's code.
   */
  preparePassword(ctx: Context, user: UserRow, change: PasswordChange, code: string): Promise<() => Promise<SignIn>>;
  /** Ends what the provider itself has as sessions. */
  endSessions(ctx: Context, user: UserRow): Promise<void>;
  /** Deletes what the provider has of a person; one that is gone is done. */
  remove(ctx: Context, user: UserRow): Promise<void>;
  /** Why nobody can sign in, or something else is amiss, as a sentence; null when all is well. May throw. */
  findProblem(ctx: Context): Promise<string | null>;
}
