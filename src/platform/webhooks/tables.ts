import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { JsonObject } from "../jobs/tables.ts";
import type { EventType, TEST_TYPE } from "./event-types.ts";

/** The log of what webhooks are told; a row is written together with its fact. */
export const webhookEvents = sqliteTable(
  "webhook_events",
  {
    /** Sorts by time; the `webhook-id` of every delivery. */
    id: text().primaryKey(),
    /** Names the fact, which is recorded once. */
    fact: text().notNull(),
    type: text().$type<EventType | typeof TEST_TYPE>().notNull(),
    subject: text().notNull(),
    /** User or API token whose it is, or null; what is no user's is the platform's, and so its admins'. */
    owner: text(),
    data: text({ mode: "json" }).$type<JsonObject>().notNull(),
    /** Whether operators hear of it, too, where it is somebody's. */
    for_operators: integer({ mode: "boolean" }).notNull(),
    /** False where the same subject was told of within the hour before. */
    told: integer({ mode: "boolean" }).notNull(),
    /** Whether the webhooks that are told have their deliveries. */
    spread: integer({ mode: "boolean" }).notNull(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex("webhook_events_fact").on(table.fact),
    index("webhook_events_subject").on(table.type, table.subject, table.created_at),
    index("webhook_events_owner").on(table.owner, table.id),
    index("webhook_events_created").on(table.created_at),
    index("webhook_events_unspread")
      .on(table.id)
      .where(sql`spread = 0`),
  ],
);

/** Why a webhook was switched off for its owner: it has answered 410, or failed for long. */
export const DISABLED_FOR = ["gone", "failing"] as const;
export type DisabledFor = (typeof DISABLED_FOR)[number];

/** Where people want events posted; the secret is in the vault under the same id. */
export const webhooks = sqliteTable(
  "webhooks",
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    url: text().notNull(),
    event_types: text({ mode: "json" }).$type<EventType[]>().notNull(),
    enabled: integer({ mode: "boolean" }).notNull(),
    disabled_for: text().$type<DisabledFor>(),
    /** Attempts in a row that failed. */
    failures: integer().notNull().default(0),
    /** When the first of them was made; null without any. */
    failing_since: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index("webhooks_owner").on(table.owner, table.created_at)],
);

export type DeliveryState = "pending" | "delivered" | "dead";

/** One event on its way to one webhook. */
export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    /** Of `webhooks`, or `deployment`. */
    webhook_id: text().notNull(),
    event_id: text().notNull(),
    state: text().$type<DeliveryState>().notNull(),
    /** Counted when they begin. */
    attempts: integer().notNull(),
    /** While an attempt is under way, when it counts as lost. */
    next_attempt_at: integer().notNull(),
    last_status: integer(),
    last_error: text(),
    delivered_at: integer(),
    created_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.webhook_id, table.event_id] }),
    index("webhook_deliveries_event").on(table.event_id),
    index("webhook_deliveries_created").on(table.created_at),
    index("webhook_deliveries_due")
      .on(table.webhook_id, table.next_attempt_at)
      .where(sql`state = 'pending'`),
  ],
);

/** Id of the webhook that `ALERT_WEBHOOK_URL` is; it has no row. */
export const DEPLOYMENT = "deployment";
