import { and, desc, eq, gt, gte, lt, lte, ne, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import { isPlatforms } from "./event.store.ts";
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

/** Ends what waits for a webhook that is off, or for `ALERT_WEBHOOK_URL` where that is unset; a replay revives it. */
export function buryUnwanted(db: Database, to_deployment: boolean) {
  const unwanted = sql`(SELECT id FROM webhooks WHERE NOT enabled UNION ALL SELECT ${DEPLOYMENT} WHERE ${to_deployment ? 0 : 1})`;
  return db
    .update(webhookDeliveries)
    .set({ state: "dead" })
    .where(and(sql`${webhookDeliveries.state} = 'pending'`, sql`${webhookDeliveries.webhook_id} IN ${unwanted}`));
}

/**
 * Takes deliveries that are due, for one attempt each: of every webhook its first before the second of any, and last one
 * of each whose last attempt failed. Nothing goes to somebody who is blocked, or to an admin of before. A last attempt
 * leaves its delivery dead if it is lost.
 */
export function claimDeliveries(db: Database, claim: Claim, limit: number) {
  const { now, lost_at, most_attempts, to_deployment, without } = claim;
  const receivers = sql`SELECT webhooks.id, webhooks.owner, webhooks.failures, users.role = 'admin' AS is_admin
    FROM webhooks JOIN users ON users.id = webhooks.owner WHERE webhooks.enabled AND users.blocked_at IS NULL
    UNION ALL SELECT ${DEPLOYMENT}, NULL, 0, 0 WHERE ${to_deployment ? 1 : 0}`;
  const isTheirs = sql`(receiver.id = ${DEPLOYMENT} OR event.owner = receiver.owner
    OR (receiver.is_admin AND ${isPlatforms(sql`event.owner`)}))`;
  // The index of what is due, from its beginning: a long backlog costs no more than a short one.
  const first = sql`SELECT due.event_id FROM webhook_deliveries AS due CROSS JOIN webhook_events AS event ON event.id = due.event_id
    WHERE due.state = 'pending' AND due.webhook_id = receiver.id AND due.next_attempt_at <= ${now} AND ${isTheirs}
    ORDER BY due.next_attempt_at LIMIT ${limit}`;
  const due = sql`SELECT delivery.webhook_id, delivery.event_id, receiver.failures,
      row_number() OVER (PARTITION BY delivery.webhook_id ORDER BY delivery.next_attempt_at, delivery.event_id) AS place
    FROM (${receivers}) AS receiver CROSS JOIN webhook_deliveries AS delivery
    WHERE receiver.id NOT IN (SELECT value FROM json_each(${JSON.stringify(without)}))
      AND delivery.webhook_id = receiver.id AND delivery.event_id IN (${first})`;
  const taken = sql`SELECT webhook_id, event_id FROM (${due}) WHERE place = 1 OR failures = 0
    ORDER BY failures > 0, place LIMIT ${limit}`;
  const { webhook_id, event_id, attempts } = webhookDeliveries;
  return db
    .update(webhookDeliveries)
    .set({
      attempts: sql`${attempts} + 1`,
      next_attempt_at: lost_at,
      state: sql`CASE WHEN ${attempts} + 1 < ${most_attempts} THEN 'pending' ELSE 'dead' END`,
    })
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

/** Keeps how an attempt ended, unless another has begun since; what was given up meanwhile may have arrived. */
export function settleDelivery(db: Database, { webhook_id, event_id, attempts }: Attempt, change: DeliveryChange) {
  return db
    .update(webhookDeliveries)
    .set(change)
    .where(
      and(
        eq(webhookDeliveries.webhook_id, webhook_id),
        eq(webhookDeliveries.event_id, event_id),
        eq(webhookDeliveries.attempts, attempts),
        ne(webhookDeliveries.state, "delivered"),
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

/** Counts an attempt that failed. */
export const noteFailure = (db: Database, id: string, now: number) =>
  db
    .update(webhooks)
    .set({
      failures: sql`${webhooks.failures} + 1`,
      failing_since: sql`coalesce(${webhooks.failing_since}, ${now})`,
    })
    .where(eq(webhooks.id, id));

/** Switches a webhook off that is gone, or that has failed so often in a row, and that since then (ms) or longer. */
export function switchOff(db: Database, id: string, reason: "gone" | { failures: number; since: number }, now: number) {
  const condition =
    reason === "gone"
      ? undefined
      : and(gte(webhooks.failures, reason.failures), lte(webhooks.failing_since, reason.since));
  return db
    .update(webhooks)
    .set({ enabled: false, disabled_for: reason === "gone" ? "gone" : "failing", updated_at: now })
    .where(and(eq(webhooks.id, id), eq(webhooks.enabled, true), condition));
}

export const forgetFailures = (db: Database, id: string) =>
  db
    .update(webhooks)
    .set({ failures: 0, failing_since: null })
    .where(and(eq(webhooks.id, id), gt(webhooks.failures, 0)));
