import type { Context } from "../../context.ts";
import { isAdmin, principalName } from "../auth/principal.ts";
import { describeError } from "../http/log.ts";
import { quotaError } from "../quotas/quotas.ts";
import type { Join, Seat } from "./protocol.ts";

/**
 * Joins a topic on one of the seats that a reader may have; throws 429 when all are taken. Without a token, readers of
 * one client address share theirs; admins have as many as they like.
 */
export async function joinSeated(ctx: Context, topic: string, join: Join, upgrade: boolean): Promise<Response> {
  const { principal } = ctx;
  if (isAdmin(principal)) return ctx.feeds.join(topic, join, upgrade);
  const reader = "id" in principal ? principalName(principal) : `address:${ctx.client_address ?? "local"}`;
  const seat = await takeSeat(ctx, topic, reader);
  try {
    const response = await ctx.feeds.join(topic, { ...join, seat }, upgrade);
    // Who has everything already gets no stream.
    if (response.status === 204 && seat) await leaveSeat(ctx, seat);
    return response;
  } catch (error) {
    if (seat) ctx.defer(leaveSeat(ctx, seat));
    throw error;
  }
}

/** Null when the counter is out of order: it must not take the events down with it. */
async function takeSeat(ctx: Context, topic: string, reader: string): Promise<Seat | null> {
  const seat = { reader, id: crypto.randomUUID() };
  const taken = await ctx.socketCounter
    .getByName(reader)
    .take(seat.id, topic, ctx.config.USER_SOCKET_LIMIT)
    .catch((error: unknown) => {
      ctx.log.error("socket_counter_failed", describeError(error));
      return null;
    });
  if (taken === false) throw quotaError(ctx, "USER_SOCKET_LIMIT");
  return taken === null ? null : seat;
}

async function leaveSeat(ctx: Context, { reader, id }: Seat): Promise<void> {
  await ctx.socketCounter.getByName(reader).leave(id);
}
