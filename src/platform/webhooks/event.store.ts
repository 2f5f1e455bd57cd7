import { and, desc, eq, gte, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../context.ts";
import type { JsonObject } from "../jobs/tables.ts";
import { type EventType, PRIVATE_TYPES, TEST_TYPE, UNLIMITED_TYPES } from "./event-types.ts";
import { DEPLOYMENT, webhookDeliveries, webhookEvents, webhooks } from "./tables.ts";

export type WebhookEventRow = typeof webhookEvents.$inferSelect;
/** As the log shows it. */
export type LoggedEvent = Omit<WebhookEventRow, "fact" | "for_operators" | "spread">;

/** Something that has happened and that webhooks may be told. */
export interface NewEvent {
  type: EventType;
  /** What it is about: told of once an hour, for types that are not told as often as they happen. */
  subject: string;
  /** User or token whose it is; null for what is the platform's. */
  owner: string | null;
  /** Only its owner hears of it, where operators would as well. */
  is_private?: boolean;
  /** Goes out as it is: no secrets, and nothing of a bank's. */
  data: JsonObject;
  /** Names the fact: recorded once, however often a caller that was interrupted says so. */
  fact: string;
  /** Condition on the rows that the statements before have written. */
  only_if?: SQL;
}

const TOLD_EVERY_MS = 3_600_000;

const makeEventId = (now: number) => `evt_${String(now).padStart(13, "0")}${crypto.randomUUID().slice(0, 8)}`;

/** Whether what belongs to this owner is the platform's, and so its admins': nobody's, or that of an API token. */
export const isPlatforms = (owner: SQL) => sql`NOT EXISTS (SELECT 1 FROM users AS person WHERE person.id = ${owner})`;

const listed = (values: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`;

/**
 * For the batch that makes a fact of it, behind that; answers a row with whether any webhook is there, where it was
 * recorded. What is told as often as it happens is recorded only for webhooks that want it.
 */
export function insertEvent(db: Database, event: NewEvent, now: number) {
  const { type, subject, owner, data, fact, only_if, is_private = PRIVATE_TYPES.includes(type) } = event;
  const isUnlimited = UNLIMITED_TYPES.includes(type);
  const told = sql`NOT EXISTS (SELECT 1 FROM webhook_events AS earlier WHERE earlier.type = ${type}
    AND earlier.subject = ${subject} AND earlier.owner IS ${owner} AND earlier.told AND earlier.created_at > ${now - TOLD_EVERY_MS})`;
  const wanted = sql`EXISTS (SELECT 1 FROM webhooks JOIN users ON users.id = webhooks.owner WHERE webhooks.enabled
    AND (webhooks.owner = ${owner} OR (users.role = 'admin' AND ${isPlatforms(sql`${owner}`)}))
    AND ${type} IN (SELECT value FROM json_each(webhooks.event_types)))`;
  return db
    .insert(webhookEvents)
    .select(
      db
        .select({
          id: sql<string>`${makeEventId(now)}`.as("id"),
          fact: sql<string>`${fact}`.as("fact"),
          type: sql<EventType>`${type}`.as("type"),
          subject: sql<string>`${subject}`.as("subject"),
          owner: sql<string | null>`${owner}`.as("owner"),
          data: sql<JsonObject>`${JSON.stringify(data)}`.as("data"),
          for_operators: sql<boolean>`${is_private ? 0 : 1}`.as("for_operators"),
          told: (isUnlimited ? sql<boolean>`1` : sql<boolean>`${told}`).as("told"),
          spread: sql<boolean>`0`.as("spread"),
          created_at: sql<number>`${now}`.as("created_at"),
        })
        .from(sql`(SELECT 1)`)
        .where(and(only_if, isUnlimited ? wanted : sql`1`)),
    )
    .onConflictDoNothing()
    .returning({ heard: sql<number>`EXISTS (SELECT 1 FROM ${webhooks} WHERE ${webhooks.enabled})` });
}

interface NewTest {
  webhook_id: string;
  owner: string | null;
  data: JsonObject;
}

/** For one batch: an event that goes to one webhook only, by one attempt, which leaves it dead if it is lost. */
export function insertTest(db: Database, { webhook_id, owner, data }: NewTest, now: number) {
  const id = makeEventId(now);
  const event = { id, fact: id, type: TEST_TYPE, subject: webhook_id, owner, data, for_operators: false } as const;
  const delivery = { webhook_id, event_id: id, state: "dead", attempts: 1 } as const;
  const statements = [
    db.insert(webhookEvents).values({ ...event, told: true, spread: true, created_at: now }),
    db.insert(webhookDeliveries).values({ ...delivery, next_attempt_at: now, created_at: now }),
  ] as const;
  return { id, statements };
}

/** Which events a webhook may be told: those of its owner and, of an admin's, those of the platform. */
export interface EventAudience {
  owner: string;
  is_admin: boolean;
}

/** Null for the deployment's own webhook. */
const isFor = (audience: EventAudience | null) =>
  audience === null
    ? eq(webhookEvents.for_operators, true)
    : or(
        eq(webhookEvents.owner, audience.owner),
        audience.is_admin ? isPlatforms(sql`webhook_events.owner`) : undefined,
      );

export interface ReplayFilter {
  audience: EventAudience | null;
  event_id?: string | undefined;
  event_types?: readonly string[];
  /** Ms, both inclusive. */
  since?: number | undefined;
  until?: number | undefined;
}

/** Events that may be sent again, the oldest first: one by its id, or those of a time that were told. */
export function listReplayable(db: Database, filter: ReplayFilter, limit: number) {
  const { event_id, event_types = [], since = 0, until } = filter;
  const { id, type, told, created_at } = webhookEvents;
  const chosen =
    event_id === undefined
      ? and(
          eq(told, true),
          sql`${type} IN ${listed(event_types)}`,
          gte(created_at, since),
          until === undefined ? undefined : lte(created_at, until),
        )
      : eq(id, event_id);
  return db
    .select({ id, created_at })
    .from(webhookEvents)
    .where(and(isFor(filter.audience), chosen))
    .orderBy(id)
    .limit(limit);
}

export interface LogFilter {
  type?: EventType | undefined;
  /** Id of the last event of the page before. */
  after?: string | undefined;
}

/** What operators may see of the log, newest first, and how each has reached the deployment's own webhook. */
export function listLog(db: Database, { type, after }: LogFilter, limit: number) {
  const { id, subject, owner, data, told, created_at } = webhookEvents;
  const event = { id, type: webhookEvents.type, subject, owner, data, told, created_at };
  return db
    .select({ event, delivery: webhookDeliveries })
    .from(webhookEvents)
    .leftJoin(
      webhookDeliveries,
      and(eq(webhookDeliveries.event_id, webhookEvents.id), eq(webhookDeliveries.webhook_id, DEPLOYMENT)),
    )
    .where(
      and(
        or(isPlatforms(sql`webhook_events.owner`), eq(webhookEvents.for_operators, true)),
        type === undefined ? undefined : eq(webhookEvents.type, type),
        after === undefined ? undefined : lt(webhookEvents.id, after),
      ),
    )
    .orderBy(desc(webhookEvents.id))
    .limit(limit);
}
