import type { Context } from "../../context.ts";
import { registrationClosed } from "../../errors.ts";
import { authenticate } from "./authenticate.ts";
import { configuredProvider } from "./identities.ts";
import type { Login, Registration } from "./identity-provider.ts";
import { passwordProblem } from "./password-rule.ts";
import { isAdmin } from "./principal.ts";

/** While registration is closed only an admin may register others. Throws 403 `REGISTRATION_CLOSED`. */
export async function requireRegistration(ctx: Context, request: Request): Promise<void> {
  if (ctx.config.REGISTRATION === "open") return;
  const caller = await authenticate(ctx, request);
  if (isAdmin(caller)) return;
  throw registrationClosed();
}

/** Creates an ordinary user; each document words the refusals in its own way. */
export async function registerUser(ctx: Context, login: Login): Promise<Registration> {
  const reason = passwordProblem(login.password);
  if (reason) return { user: null, tokens: null, refusal: { kind: "bad-password", reason } };
  return configuredProvider(ctx).register(ctx, login);
}
