import { sql } from "drizzle-orm";
import type { Context } from "../../context.ts";
import { principalName } from "../auth/principal.ts";
import { isHeld, quotaError, raiseQuota } from "./quotas.ts";
import { storedBytesOf } from "./byte-quota.store.ts";

export type QuotaContext = Pick<Context, "db" | "config" | "principal">;

/** Whose bytes a stored object's are; null for those of the platform and of nobody. */
export const byteOwner = ({ principal }: QuotaContext): string | null =>
  "id" in principal ? principalName(principal) : null;

/** For the batch that gives an object its size, after it: raises when the owner then has more than one may. */
export function guardBytes({ db, config, principal }: QuotaContext, owner: string | null) {
  if (owner === null || !isHeld(principal)) return [];
  const within = sql`CASE WHEN ${storedBytesOf(owner)} <= ${config.USER_QUOTA_BYTES} THEN 1 ELSE ${raiseQuota("USER_QUOTA_BYTES")} END`;
  return [db.select({ within }).from(sql`(SELECT 1)`)];
}

/** Refuses so many bytes more before they are stored: 413 when their owner has no room for them. The batch decides. */
export async function requireBytes(ctx: QuotaContext, owner: string | null, bytes: number): Promise<void> {
  if (owner === null || bytes <= 0 || !isHeld(ctx.principal)) return;
  if (bytes > (await findFree(ctx, owner))) throw quotaError(ctx, "USER_QUOTA_BYTES");
}

/** Refuses a body before it is read: 413 when the caller has no room for so many bytes. */
export async function requireRoom(ctx: QuotaContext, request: Request): Promise<void> {
  const owner = byteOwner(ctx);
  if (owner === null || !isHeld(ctx.principal)) return;
  const announced = Number(request.headers.get("Content-Length")) || 0;
  const free = await findFree(ctx, owner);
  // A form is somewhat larger than its files.
  if (free <= 0 || announced > free + FORM_BYTES) throw quotaError(ctx, "USER_QUOTA_BYTES");
}

const FORM_BYTES = 65_536;

async function findFree({ db, config }: QuotaContext, owner: string): Promise<number> {
  const [found] = await db.select({ bytes: storedBytesOf(owner).mapWith(Number) }).from(sql`(SELECT 1)`);
  return config.USER_QUOTA_BYTES - (found?.bytes ?? 0);
}
