import { and, desc, eq, gt, lt, lte, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { DEPLOYMENT, type DeliveryState, webhookDeliveries, webhookEvents, webhooks } from "./tables.ts";

export type DeliveryRow = typeof webhookDeliveries.$inferSelect;
export type DeliveryChange = Partial<typeof webhookDeliveries.$inferInsert>;

/** An attempt under way: its number tells it from an earlier one that comes back late. */
export type Attempt = Pick<DeliveryRow, "webhook_id" | "event_id" | "attempts">;

interface Claim {
  now: number;
  /** Ms after which an attempt counts as lost. */
  lost_at: number;
  most_attempts: number;
  to_deployment: boolean;
  /** Ids of webhooks that are left out. */
  without: readonly string[];
}

/** Ends deliveries whose last attempt was lost. */
export function buryLost(db: Database, { now, most_attempts }: Claim) {
  return db
    .update(webhookDeliveries)
    .set({ state: "dead" })
    .where(
      and(
        sql`${webhookDeliveries.state} = 'pending'`,
        lte(webhookDeliveries.next_attempt_at, now),
        sql`${webhookDeliveries.attempts} >= ${most_attempts}`,
      ),
    );
}

/**
 * Takes deliveries that are due, for one attempt each: of every webhook its first before the second of any, and last one
 * of each whose last attempt failed. Nothing goes to somebody who is blocked, or to an admin of before.
 */
export function claimDeliveries(db: Database, claim: Claim, limit: number) {
  const { now, lost_at, most_attempts, to_deployment, without } = claim;
  const due = sql`SELECT delivery.webhook_id, delivery.event_id, webhooks.failures,
      row_number() OVER (PARTITION BY delivery.webhook_id ORDER BY delivery.next_attempt_at, delivery.event_id) AS place
    FROM webhook_deliveries AS delivery
    JOIN webhook_events AS event ON event.id = delivery.event_id
    LEFT JOIN webhooks ON webhooks.id = delivery.webhook_id
    LEFT JOIN users ON users.id = webhooks.owner
    WHERE delivery.state = 'pending' AND delivery.next_attempt_at <= ${now} AND delivery.attempts < ${most_attempts}
      AND delivery.webhook_id NOT IN (SELECT value FROM json_each(${JSON.stringify(without)}))
      AND ((delivery.webhook_id = ${DEPLOYMENT} AND ${to_deployment ? 1 : 0})
        OR (webhooks.enabled AND users.blocked_at IS NULL AND (event.owner = users.id OR (event.owner IS NULL AND users.role = 'admin'))))`;
  const taken = sql`SELECT webhook_id, event_id FROM (${due}) WHERE place = 1 OR coalesce(failures, 0) = 0
    ORDER BY coalesce(failures, 0) > 0, place LIMIT ${limit}`;
  const { webhook_id, event_id, attempts } = webhookDeliveries;
  return db
    .update(webhookDeliveries)
    .set({ attempts: sql`${attempts} + 1`, next_attempt_at: lost_at })
    .where(sql`(${webhook_id}, ${event_id}) IN (${taken})`)
    .returning({ webhook_id, event_id, attempts });
}

/** What an attempt sends, and where; `webhook` is null for the deployment's own. */
export function findMessage(db: Database, { webhook_id, event_id }: Attempt) {
  return db
    .select({ event: webhookEvents, webhook: webhooks })
    .from(webhookEvents)
    .leftJoin(webhooks, eq(webhooks.id, webhook_id))
    .where(eq(webhookEvents.id, event_id))
    .get();
}

/** Keeps how an attempt ended, unless another has begun since. */
export function settleDelivery(db: Database, { webhook_id, event_id, attempts }: Attempt, change: DeliveryChange) {
  return db
    .update(webhookDeliveries)
    .set(change)
    .where(
      and(
        eq(webhookDeliveries.webhook_id, webhook_id),
        eq(webhookDeliveries.event_id, event_id),
        eq(webhookDeliveries.attempts, attempts),
        eq(webhookDeliveries.state, "pending"),
      ),
    );
}

export interface DeliveryFilter {
  webhook_id: string;
  state?: DeliveryState | undefined;
  /** Id of the last event of the page before. */
  after?: string | undefined;
}

/** Deliveries to a webhook, those of the newest events first. */
export function listDeliveries(db: Database, { webhook_id, state, after }: DeliveryFilter, limit: number) {
  return db
    .select({ delivery: webhookDeliveries, type: webhookEvents.type })
    .from(webhookDeliveries)
    .innerJoin(webhookEvents, eq(webhookEvents.id, webhookDeliveries.event_id))
    .where(
      and(
        eq(webhookDeliveries.webhook_id, webhook_id),
        state === undefined ? undefined : eq(webhookDeliveries.state, state),
        after === undefined ? undefined : lt(webhookDeliveries.event_id, after),
      ),
    )
    .orderBy(desc(webhookDeliveries.event_id))
    .limit(limit);
}

/** Counts an attempt that failed, and switches the webhook off where `gone`. */
export function noteFailure(db: Database, id: string, { gone, now }: { gone: boolean; now: number }) {
  const off = gone ? ({ enabled: false, disabled_for: "gone", updated_at: now } as const) : {};
  return db
    .update(webhooks)
    .set({ failures: sql`${webhooks.failures} + 1`, ...off })
    .where(eq(webhooks.id, id));
}

export const forgetFailures = (db: Database, id: string) =>
  db
    .update(webhooks)
    .set({ failures: 0 })
    .where(and(eq(webhooks.id, id), gt(webhooks.failures, 0)));
