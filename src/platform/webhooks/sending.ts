import type { Context } from "../../context.ts";
import { conflict, notFound } from "../../errors.ts";
import { isAdmin } from "../auth/principal.ts";
import { hasDeployment, makeAttempt } from "./attempt.ts";
import { deliverSoon } from "./deliver.ts";
import { reviveDeliveries } from "./new-delivery.store.ts";
import { type EventAudience, insertTest, listReplayable, type ReplayFilter } from "./event.store.ts";
import { EVENT_TYPES, type EventType } from "./event-types.ts";
import { DEPLOYMENT } from "./tables.ts";
import { getWebhook, webhookMissing } from "./webhooks.ts";

/** Events that one call sends again: fewer to a receiver of a person's choice. */
const MOST_REPLAYED = { person: 100, operators: 1000 };

export interface TestResult {
  event_id: string;
  delivered: boolean;
  status: number | null;
  error: string | null;
}

/** Sends one event of the type `webhook.test` to the caller's webhook, once and at once. Throws 404. */
export async function testWebhook(ctx: Context, id: string): Promise<TestResult> {
  const { owner } = await getWebhook(ctx, id);
  return sendTest(ctx, id, owner);
}

/** As above, to `ALERT_WEBHOOK_URL`. Throws 409 where there is none. */
export async function testAlerts(ctx: Context): Promise<TestResult> {
  requireDeployment(ctx);
  return sendTest(ctx, DEPLOYMENT, null);
}

async function sendTest(ctx: Context, webhook_id: string, owner: string | null): Promise<TestResult> {
  const now = ctx.now();
  const data = { message: "This is a test" };
  const { id: event_id, statements } = insertTest(ctx.db, { webhook_id, owner, data }, now);
  await ctx.db.batch([...statements]);
  const outcome = await makeAttempt(ctx, { webhook_id, event_id, attempts: 1 }, { once: true });
  // Removed meanwhile, nothing was sent to it.
  if (outcome.status === null && outcome.error === null) throw webhookMissing();
  return { event_id, delivered: outcome.error === null, ...outcome };
}

export interface ReplayInput {
  event_id?: string | undefined;
  event_types?: EventType[] | undefined;
  /** Ms, both inclusive. */
  since?: number | undefined;
  until?: number | undefined;
}

/**
 * Sends events of the log to the caller's webhook again, under the ids that they had: one, or those of a time, of the
 * types that the webhook wants unless others are named. `next_since` (ms) is where the next call goes on; null at the
 * end. Throws 404, and 409 for a webhook that is off.
 */
export async function replayToWebhook(ctx: Context, id: string, input: ReplayInput) {
  const { owner, event_types, enabled } = await getWebhook(ctx, id);
  if (!enabled) throw conflict("The webhook is switched off");
  const audience = { owner, is_admin: isAdmin(ctx.principal) };
  return replay(ctx, id, audience, { ...input, event_types: input.event_types ?? event_types });
}

/** As above, to `ALERT_WEBHOOK_URL`. Throws 409 where there is none. */
export async function replayAlerts(ctx: Context, input: ReplayInput) {
  requireDeployment(ctx);
  return replay(ctx, DEPLOYMENT, null, {
    ...input,
    event_types: input.event_types ?? EVENT_TYPES,
  });
}

async function replay(
  ctx: Context,
  webhook_id: string,
  audience: EventAudience | null,
  filter: Omit<ReplayFilter, "audience">,
) {
  const limit = audience === null ? MOST_REPLAYED.operators : MOST_REPLAYED.person;
  const found = await listReplayable(ctx.db, { ...filter, audience }, limit + 1);
  if (filter.event_id !== undefined && found.length === 0) throw notFound("Event not found", "EVENT_NOT_FOUND");
  const chosen = found.slice(0, limit);
  const ids = chosen.map(({ id }) => id);
  await reviveDeliveries(ctx.db, webhook_id, ids, ctx.now());
  deliverSoon(ctx);
  return { events: ids.length, next_since: found[limit]?.created_at ?? null };
}

function requireDeployment(ctx: Context): void {
  if (!hasDeployment(ctx)) throw conflict("ALERT_WEBHOOK_URL is not set", "NOT_CONFIGURED");
}
