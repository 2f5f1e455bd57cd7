import { and, eq, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { users } from "../auth/tables.ts";
import { isPlatforms } from "./event.store.ts";
import { DEPLOYMENT, type DeliveryState, webhookDeliveries, webhookEvents, webhooks } from "./tables.ts";

// Written out, for SQLite uses no partial index where the value is a parameter.
const isNew = sql`${webhookEvents.spread} = 0`;
const isUnspread = and(isNew, eq(webhookEvents.told, true));

/** Columns of a delivery that has not begun, beside those of its key. */
const notBegun = (now: number) => ({
  state: sql<DeliveryState>`'pending'`.as("state"),
  attempts: sql<number>`0`.as("attempts"),
  next_attempt_at: sql<number>`${now}`.as("next_attempt_at"),
  last_status: sql<number | null>`NULL`.as("last_status"),
  last_error: sql<string | null>`NULL`.as("last_error"),
  delivered_at: sql<number | null>`NULL`.as("delivered_at"),
  created_at: webhookEvents.created_at,
});

/** For one batch: gives new events their deliveries, to the webhooks that want them and, where it is, the deployment's. */
export function spreadEvents(db: Database, { to_deployment, now }: { to_deployment: boolean; now: number }) {
  const isTheirs = or(
    eq(webhookEvents.owner, webhooks.owner),
    and(isPlatforms(sql`webhook_events.owner`), eq(users.role, "admin")),
  );
  const isWanted = sql`${webhookEvents.type} IN (SELECT value FROM json_each(${webhooks.event_types}))`;
  return [
    db
      .insert(webhookDeliveries)
      .select(
        db
          .select({ webhook_id: webhooks.id, event_id: webhookEvents.id, ...notBegun(now) })
          .from(webhookEvents)
          // SQLite keeps the order of a cross join: the new events are few, and those of an owner may be many.
          .crossJoin(webhooks)
          .innerJoin(users, eq(users.id, webhooks.owner))
          .where(and(isUnspread, eq(webhooks.enabled, true), isWanted, isTheirs)),
      )
      .onConflictDoNothing(),
    insertDeliveries(
      db,
      DEPLOYMENT,
      and(isUnspread, eq(webhookEvents.for_operators, true), sql`${to_deployment ? 1 : 0}`),
      now,
    ).onConflictDoNothing(),
    db.update(webhookEvents).set({ spread: true }).where(isNew),
  ] as const;
}

/** Has events delivered to a webhook, again or for the first time; those on their way stay as they are. */
export function reviveDeliveries(db: Database, webhook_id: string, event_ids: readonly string[], now: number) {
  const chosen = sql`${webhookEvents.id} IN (SELECT value FROM json_each(${JSON.stringify(event_ids)}))`;
  return insertDeliveries(db, webhook_id, chosen, now).onConflictDoUpdate({
    target: [webhookDeliveries.webhook_id, webhookDeliveries.event_id],
    set: { state: "pending", attempts: 0, next_attempt_at: now, last_status: null, last_error: null },
    setWhere: sql`${webhookDeliveries.state} <> 'pending'`,
  });
}

/** Deliveries of some events to one webhook. */
function insertDeliveries(db: Database, webhook_id: string, chosen: SQL | undefined, now: number) {
  const columns = {
    webhook_id: sql<string>`${webhook_id}`.as("webhook_id"),
    event_id: webhookEvents.id,
    ...notBegun(now),
  };
  return db.insert(webhookDeliveries).select(db.select(columns).from(webhookEvents).where(chosen));
}
