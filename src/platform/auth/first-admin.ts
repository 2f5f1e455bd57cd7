import type { Context } from "../../context.ts";
import { announceEndedSessions } from "./ended-sessions.ts";
import { hashPassword } from "./passwords.ts";
import { findAnyAdmin, insertFirstAdmin } from "./user.store.ts";

/** Creates the admin of `ADMIN_EMAIL` and `ADMIN_PASSWORD` when there is no admin at all; else one small query. */
export async function ensureAdmin(ctx: Context): Promise<void> {
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = ctx.config;
  if (ADMIN_EMAIL === "" || ADMIN_PASSWORD === "") return;
  const [admin] = await findAnyAdmin(ctx.primary);
  if (admin) return;
  const now = ctx.now();
  const [created] = await insertFirstAdmin(ctx.primary, {
    id: crypto.randomUUID(),
    email: ADMIN_EMAIL,
    password_hash: await hashPassword(ADMIN_PASSWORD),
    role: "admin",
    is_verified: true,
    created_at: now,
    updated_at: now,
  });
  // The address may have been a stranger's until now.
  if (created) await announceEndedSessions(ctx, created.id);
  ctx.log.info("first_admin_created");
}
