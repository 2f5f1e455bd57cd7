import type { Context } from "../../context.ts";
import { describeError } from "../http/log.ts";
import { ATTEMPT_MS, type AttemptOutcome, FAULT, hasDeployment, makeAttempt, MOST_ATTEMPTS } from "./attempt.ts";
import { type Attempt, buryUnwanted, claimDeliveries } from "./delivery.store.ts";
import { spreadEvents } from "./new-delivery.store.ts";

/** Workers hold six connections at once. */
const AT_ONCE = 6;
/** Begins nothing new after it: with the last attempt it is shorter than what may go on behind an answer. */
const PASS_MS = 15_000;

/** Gives new events their deliveries and makes those that are due, until none is left or the time is over. */
export async function deliverEvents(ctx: Context): Promise<void> {
  const until = ctx.now() + PASS_MS;
  const failing = new Set<string>();
  do {
    const claimed = await claimDue(ctx, [...failing]);
    if (claimed.length === 0) return;
    const outcomes = await Promise.all(claimed.map((attempt) => tryAttempt(ctx, attempt)));
    // One that is down costs the others one attempt's time, not one for each event that waits for it.
    for (const [index, { error }] of outcomes.entries()) {
      const { webhook_id } = claimed[index] ?? {};
      if (error !== null && webhook_id !== undefined) failing.add(webhook_id);
    }
  } while (ctx.now() < until);
}

/** As above, behind the answer; the tick makes up for what fails. */
export function deliverSoon(ctx: Context): void {
  ctx.defer(deliverEvents(ctx).catch((error: unknown) => ctx.log.warning("delivery_failed", describeError(error))));
}

/** As above, where an event was recorded and there is somebody to tell. */
export function deliverRecorded(ctx: Context, recorded: readonly { heard: number }[]): void {
  if (recorded.some(({ heard }) => heard === 1 || hasDeployment(ctx))) deliverSoon(ctx);
}

async function claimDue(ctx: Context, without: string[]): Promise<Attempt[]> {
  const now = ctx.now();
  const to_deployment = hasDeployment(ctx);
  const claim = { now, lost_at: now + ATTEMPT_MS, most_attempts: MOST_ATTEMPTS, to_deployment, without };
  const [, , , , claimed] = await ctx.db.batch([
    ...spreadEvents(ctx.db, { to_deployment, now }),
    buryUnwanted(ctx.db, to_deployment),
    claimDeliveries(ctx.db, claim, AT_ONCE),
  ]);
  return claimed;
}

/** What nobody has foreseen for one receiver ends no other's attempt. */
async function tryAttempt(ctx: Context, attempt: Attempt): Promise<AttemptOutcome> {
  try {
    return await makeAttempt(ctx, attempt);
  } catch (error) {
    const { webhook_id, event_id } = attempt;
    ctx.log.warning("delivery_attempt_fault", { webhook_id, event_id, ...describeError(error) });
    return { status: null, error: FAULT };
  }
}
