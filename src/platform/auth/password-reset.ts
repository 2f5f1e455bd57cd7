import type { Context } from "../../context.ts";
import { providerFor } from "./identities.ts";
import { deferMail } from "./mailed-tokens.ts";
import { findUserByEmail } from "./user.store.ts";

/** Has a reset link mailed where the address is known; deferred, and a fault is in the log only. */
export function requestPasswordReset(ctx: Context, email: string): void {
  deferMail(ctx, async () => {
    const [user = null] = await findUserByEmail(ctx.primary, email);
    await providerFor(ctx, user).sendReset(ctx, email, user);
  });
}
