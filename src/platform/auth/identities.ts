import type { Context } from "../../context.ts";
import { embeddedProvider } from "./embedded-provider.ts";
import { firebaseProvider } from "./firebase/provider.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import type { UserRow } from "./user.store.ts";

/** The provider of people who are not known yet. */
export const configuredProvider = ({ config }: Context): IdentityProvider =>
  config.IDENTITY_PROVIDER === "firebase" ? firebaseProvider : embeddedProvider;

/** Who keeps a person's password: an address belongs to whoever's row has it, and to nobody else's account. */
export const providerOf = (user: UserRow): IdentityProvider =>
  user.provider_id === null ? embeddedProvider : firebaseProvider;

/** The provider to ask about an address. */
export function providerFor(ctx: Context, user: UserRow | null): IdentityProvider {
  // Without Firebase its people match no password, and cost the same work as anybody.
  if (user === null || ctx.config.IDENTITY_PROVIDER === "embedded") return configuredProvider(ctx);
  return providerOf(user);
}

/**
 * Ends a person's sessions at the provider. Its account is not switched off: only a password that can still be proved
 * cancels a leaving.
 */
export const endIdentitySessions = (ctx: Context, user: UserRow): Promise<void> =>
  providerOf(user).endSessions(ctx, user);

/** Deletes a person's account at the provider; one that is gone is done. Throws `FIREBASE_ERROR`. */
export const deleteIdentity = (ctx: Context, user: UserRow): Promise<void> => providerOf(user).remove(ctx, user);
