import type { Context } from "../../context.ts";
import { PLATFORM_TOPIC } from "../events/protocol.ts";
import { describeError } from "../http/log.ts";
import { forgetStanding } from "./standing.ts";

/**
 * To be called after every write of `endedSessions`: this isolate refuses the sessions at once, and what they hear the
 * platform by ends. A fault of the feed is logged, for the sessions have ended already.
 */
export async function announceEndedSessions(ctx: Context, user_id: string): Promise<void> {
  forgetStanding(user_id);
  try {
    await ctx.feeds.dismiss(PLATFORM_TOPIC, user_id);
  } catch (error) {
    ctx.log.warning("sockets_stay", { user_id, ...describeError(error) });
  }
}
