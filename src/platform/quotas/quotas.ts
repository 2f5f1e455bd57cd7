import { type SQL, sql } from "drizzle-orm";
import type { Config } from "../../config.ts";
import type { Context } from "../../context.ts";
import { AppError, quotaReached, tooLarge } from "../../errors.ts";
import { isAdmin, type Principal } from "../auth/principal.ts";
import { databaseMessage } from "../database-message.ts";

/** What has as much as it may, in the words of the refusal, and seconds after which that may be different. */
const QUOTAS = {
  USER_QUOTA_BYTES: { says: "What you store may have %s bytes in all", wait_seconds: null },
  USER_JOB_LIMIT: { says: "You may have %s jobs waiting or running", wait_seconds: 30 },
  JOB_LIMIT: { says: "There may be %s jobs waiting or running", wait_seconds: 30 },
  USER_SOURCE_LIMIT: { says: "You may have %s sources", wait_seconds: null },
  SOURCE_LIMIT: { says: "There may be %s sources", wait_seconds: null },
  USER_WEBHOOK_LIMIT: { says: "You may have %s webhooks", wait_seconds: null },
  USER_SOCKET_LIMIT: { says: "You may follow events by %s sockets and streams at once", wait_seconds: 30 },
} as const;
export type QuotaName = keyof typeof QUOTAS & keyof Config;

// The names of limits in all end those of one user's.
const NAMES = (Object.keys(QUOTAS) as QuotaName[]).toSorted((one, other) => other.length - one.length);

/** The refusal: 413 for bytes, 429 for a number, naming the limit. */
export function quotaError({ config }: Pick<Context, "config">, name: QuotaName): AppError {
  const { says, wait_seconds } = QUOTAS[name];
  const message = `${says.replace("%s", String(config[name]))} (${name})`;
  return name === "USER_QUOTA_BYTES" ? tooLarge(message, "QUOTA_EXCEEDED") : quotaReached(message, wait_seconds);
}

/** In a statement: raises, so that its batch rolls back, and `quotaRefusal` then knows why. */
export const raiseQuota = (name: QuotaName): SQL => sql`json_extract('{}', ${name})`;

/** What a batch with `raiseQuota` threw, as the refusal where that is why. */
export function quotaRefusal(ctx: Pick<Context, "config">, error: unknown): unknown {
  const message = databaseMessage(error);
  if (!message.includes("JSON path")) return error;
  const name = NAMES.find((known) => message.includes(known));
  return name === undefined ? error : quotaError(ctx, name);
}

/** Whether the limits of one user hold a principal: admins and the platform itself have only those for all. */
export const isHeld = (principal: Principal): boolean =>
  (principal.kind === "user" || principal.kind === "token") && !isAdmin(principal);

/** Whether something was refused because there are as many as may be, so that it may begin later. */
export const isQuotaReached = (error: unknown): error is AppError =>
  error instanceof AppError && error.status === 429 && error.code === "QUOTA_EXCEEDED";
