import type { Context } from "../../context.ts";
import { type DeliveryFilter, listDeliveries } from "./delivery.store.ts";
import { listLog, type LogFilter } from "./event.store.ts";
import { getWebhook } from "./webhooks.ts";

/** A page of what was sent to the caller's webhook, the newest events first. Throws 404. */
export async function pageDeliveries(ctx: Context, filter: DeliveryFilter, limit: number) {
  await getWebhook(ctx, filter.webhook_id);
  const found = await listDeliveries(ctx.db, filter, limit + 1);
  const deliveries = found.slice(0, limit);
  return { deliveries, next_cursor: found.length > limit ? (deliveries.at(-1)?.delivery.event_id ?? null) : null };
}

/** A page of the events that operators may see, newest first, with their deliveries to `ALERT_WEBHOOK_URL`. */
export async function pageLog(ctx: Context, filter: LogFilter, limit: number) {
  const found = await listLog(ctx.db, filter, limit + 1);
  const events = found.slice(0, limit);
  return { events, next_cursor: found.length > limit ? (events.at(-1)?.event.id ?? null) : null };
}
