import { z } from "@hono/zod-openapi";
import { isoTime } from "../jobs/render.ts";
import type { DeliveryRow } from "./delivery.store.ts";
import type { LoggedEvent } from "./event.store.ts";
import { EVENT_TYPES, type EventType, TEST_TYPE } from "./event-types.ts";
import { DISABLED_FOR } from "./tables.ts";
import type { WebhookRow } from "./webhook.store.ts";

export const eventType = z.enum(EVENT_TYPES).openapi({ example: "job.failed" });
const eventTypes = z.array(eventType).min(1).max(EVENT_TYPES.length);
const loggedType = z.enum([...EVENT_TYPES, TEST_TYPE]).openapi({ example: "job.failed" });
export const deliveryState = z.enum(["pending", "delivered", "dead"]);
const eventId = z.string().openapi({ example: "evt_17053146000008a3a0c52" });
const time = z.string().openapi({ example: "2025-01-01T12:00:00Z" });
const nullableTime = time.nullable().openapi({ example: null });
const givenTime = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .openapi({ type: "string", example: "2025-01-01T12:00:00Z" });

/** Whatever is told but what only those want who ask for it. */
const DEFAULT_TYPES: EventType[] = EVENT_TYPES.filter((type) => type !== "job.completed");

const fields = {
  url: z.string().min(1).max(2048).openapi({
    description: "Takes a signed POST; https, and no private address",
    example: "https://example.org/hook",
  }),
  event_types: eventTypes.openapi({ description: "What it is told", example: ["job.failed", "schedule.missed"] }),
  enabled: z.boolean().openapi({ description: "While it is off, nothing but tests is sent", example: true }),
};

export const webhookInput = z
  .strictObject({
    ...fields,
    event_types: fields.event_types.default(DEFAULT_TYPES),
    enabled: fields.enabled.default(true),
  })
  .openapi("WebhookInput");

export const webhookChange = z.strictObject(fields).partial().openapi("WebhookChange");

export const webhookSchema = z
  .object({
    id: z.string().openapi({ example: "8a3a0c52-6f0b-4a57-9e52-5d3a1c5b7c11" }),
    ...fields,
    disabled_for: z.enum(DISABLED_FOR).nullable().openapi({
      description: "Why it was switched off: `gone` for an answer of 410, `failing` for failures that lasted",
      example: null,
    }),
    failures: z.int().openapi({ description: "Attempts in a row that failed", example: 0 }),
    created_at: time,
    updated_at: time,
  })
  .openapi("Webhook");

export const webhookWithSecret = webhookSchema
  .extend({
    secret: z.string().openapi({
      description: "Shown this once; verifies the signature",
      example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }),
  })
  .openapi("WebhookWithSecret");

export function renderWebhook(row: WebhookRow): z.infer<typeof webhookSchema> {
  const { owner: _owner, failing_since: _since, ...shown } = row;
  return { ...shown, created_at: isoTime(row.created_at) ?? "", updated_at: isoTime(row.updated_at) ?? "" };
}

const deliveryFields = {
  state: deliveryState.openapi({ description: "`dead` after the last attempt", example: "delivered" }),
  attempts: z.int().openapi({ example: 1 }),
  next_attempt_at: nullableTime,
  last_status: z.int().nullable().openapi({ description: "HTTP status of the last attempt", example: 204 }),
  last_error: z.string().nullable().openapi({ example: null }),
  delivered_at: nullableTime,
};

export const deliverySchema = z
  .object({ event_id: eventId, type: loggedType, ...deliveryFields, created_at: time })
  .openapi("WebhookDelivery");

const renderAttempts = (row: DeliveryRow) => ({
  state: row.state,
  attempts: row.attempts,
  next_attempt_at: row.state === "pending" ? isoTime(row.next_attempt_at) : null,
  last_status: row.last_status,
  last_error: row.last_error,
  delivered_at: isoTime(row.delivered_at),
});

export const renderDelivery = ({
  delivery,
  type,
}: {
  delivery: DeliveryRow;
  type: LoggedEvent["type"];
}): z.infer<typeof deliverySchema> => ({
  event_id: delivery.event_id,
  type,
  ...renderAttempts(delivery),
  created_at: isoTime(delivery.created_at) ?? "",
});

export const eventSchema = z
  .object({
    id: eventId,
    type: loggedType,
    subject: z.string().openapi({ description: "What it is about", example: "download:BINANCE:SPOT:BTCUSDT:raw:1m" }),
    owner: z.string().nullable().openapi({ description: "Whose it is; null for the platform's", example: null }),
    data: z.record(z.string(), z.unknown()).openapi({ example: { job_id: "job_1705314600000123" } }),
    told: z
      .boolean()
      .openapi({ description: "False where the same subject was told of within the hour before", example: true }),
    delivery: z
      .object(deliveryFields)
      .nullable()
      .openapi({ description: "To `ALERT_WEBHOOK_URL`; null where it is not sent there" }),
    created_at: time,
  })
  .openapi("WebhookEvent");

export const renderEvent = ({
  event,
  delivery,
}: {
  event: LoggedEvent;
  delivery: DeliveryRow | null;
}): z.infer<typeof eventSchema> => ({
  ...event,
  delivery: delivery && renderAttempts(delivery),
  created_at: isoTime(event.created_at) ?? "",
});

export const testResult = z
  .object({
    event_id: eventId,
    delivered: z.boolean().openapi({ example: true }),
    status: z.int().nullable().openapi({ description: "What the receiver answered; null for no answer", example: 204 }),
    error: z.string().nullable().openapi({ example: null }),
  })
  .openapi("WebhookTest");

export const replayInput = z
  .strictObject({
    event_id: eventId.max(64).optional().openapi({ description: "One event, also one that was not told" }),
    since: givenTime.optional().openapi({ description: "Or those from then on that were told" }),
    until: givenTime.optional().openapi({ description: "Not after" }),
    event_types: eventTypes
      .optional()
      .openapi({ description: "Only these; what the webhook is told otherwise", example: ["job.failed"] }),
  })
  .refine(({ event_id, since }) => (event_id === undefined) !== (since === undefined), {
    path: ["since"],
    error: "give either since or event_id",
  })
  .openapi("WebhookReplay");

export const replayResult = z
  .object({
    events: z.int().openapi({ description: "How many are sent", example: 12 }),
    next_since: nullableTime.openapi({
      description: "`since` of the next call; null when these were all",
      example: null,
    }),
  })
  .openapi("WebhookReplayed");

/** How both lists are asked for. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50).openapi({ description: "Entries per page", example: 50 }),
  cursor: z.string().max(64).optional().openapi({ description: "`next_cursor` of the page before" }),
});

export const nextCursor = z.string().nullable().openapi({ description: "Null on the last page", example: null });
