import type { Context } from "../../context.ts";
import { forbidden } from "../../errors.ts";
import { authenticate } from "./authenticate.ts";
import { passwordProblem } from "./password-rule.ts";
import { hashPassword } from "./passwords.ts";
import { isAdmin } from "./principal.ts";
import type { Login } from "./sessions.ts";
import { signingKeys } from "./signing-key.ts";
import { insertUser, type UserRow } from "./user.store.ts";

export type Registration =
  | { user: UserRow; refusal: null }
  | { user: null; refusal: { kind: "address-taken" } | { kind: "bad-password"; reason: string } };

/** While registration is closed only an admin may register others. Throws 403 `REGISTRATION_CLOSED`. */
export async function requireRegistration(ctx: Context, request: Request): Promise<void> {
  if (ctx.config.REGISTRATION === "open") return;
  const caller = await authenticate(ctx, request);
  if (isAdmin(caller)) return;
  throw forbidden("Registration is closed: an admin can invite you", "REGISTRATION_CLOSED");
}

/** Creates an ordinary user; each document words the refusals in its own way. */
export async function registerUser(ctx: Context, { email, password }: Login): Promise<Registration> {
  signingKeys(ctx.config);
  const reason = passwordProblem(password);
  if (reason) return { user: null, refusal: { kind: "bad-password", reason } };
  const now = ctx.now();
  const [user] = await insertUser(ctx.primary, {
    id: crypto.randomUUID(),
    email,
    password_hash: await hashPassword(password),
    created_at: now,
    updated_at: now,
  });
  return user ? { user, refusal: null } : { user: null, refusal: { kind: "address-taken" } };
}
