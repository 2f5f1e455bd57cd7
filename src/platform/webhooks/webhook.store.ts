import { and, asc, eq, or, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { raiseQuota } from "../quotas/quotas.ts";
import { webhookDeliveries, webhookEvents, webhooks } from "./tables.ts";

export type WebhookRow = typeof webhooks.$inferSelect;

const isTheirs = (owner: string, id: string) => and(eq(webhooks.owner, owner), eq(webhooks.id, id));

export const insertWebhook = (db: Database, row: typeof webhooks.$inferInsert) =>
  db.insert(webhooks).values(row).returning();

/** For the batch that makes a webhook, behind that: raises when its owner then has more than one may. */
export function guardWebhooks(db: Database, owner: string, limit: number) {
  const within = sql`CASE WHEN (SELECT count(*) FROM ${webhooks} WHERE ${webhooks.owner} = ${owner}) <= ${limit} THEN 1
    ELSE ${raiseQuota("USER_WEBHOOK_LIMIT")} END`;
  return db.select({ within }).from(sql`(SELECT 1)`);
}

/** Somebody's webhooks, oldest first. */
export const listWebhooks = (db: Database, owner: string) =>
  db.select().from(webhooks).where(eq(webhooks.owner, owner)).orderBy(asc(webhooks.created_at), asc(webhooks.id));

export const findWebhook = (db: Database, owner: string, id: string) =>
  db.select().from(webhooks).where(isTheirs(owner, id)).get();

export const updateWebhook = (db: Database, { owner, id }: WebhookRow, change: Partial<WebhookRow>) =>
  db.update(webhooks).set(change).where(isTheirs(owner, id)).returning();

/** For one batch: a webhook with its deliveries; no row where it is not there. */
export function deleteWebhook(db: Database, owner: string, id: string) {
  const theirs = db.select({ id: webhooks.id }).from(webhooks).where(isTheirs(owner, id));
  return [
    db.delete(webhookDeliveries).where(sql`${webhookDeliveries.webhook_id} IN ${theirs}`),
    db.delete(webhooks).where(isTheirs(owner, id)).returning({ id: webhooks.id }),
  ] as const;
}

/** For one batch: somebody's webhooks and events, with what was delivered of them. */
export function eraseWebhooksOf(db: Database, owner: string) {
  const theirs = db.select({ id: webhooks.id }).from(webhooks).where(eq(webhooks.owner, owner));
  const events = db.select({ id: webhookEvents.id }).from(webhookEvents).where(eq(webhookEvents.owner, owner));
  return [
    db
      .delete(webhookDeliveries)
      .where(or(sql`${webhookDeliveries.webhook_id} IN ${theirs}`, sql`${webhookDeliveries.event_id} IN ${events}`)),
    db.delete(webhookEvents).where(eq(webhookEvents.owner, owner)),
    db.delete(webhooks).where(eq(webhooks.owner, owner)),
  ] as const;
}
