import type { Context } from "../../context.ts";
import { AppError, unprocessable } from "../../errors.ts";
import { describeError } from "../http/log.ts";
import { checkUserHost, checkUserUrl } from "../outbound/addresses.ts";
import { signedHeaders } from "../outbound/webhook-signature.ts";
import {
  type Attempt,
  buryUnwanted,
  findMessage,
  forgetFailures,
  noteFailure,
  settleDelivery,
  switchOff,
} from "./delivery.store.ts";
import type { WebhookEventRow } from "./event.store.ts";
import { DEPLOYMENT } from "./tables.ts";
import { readSigningSecrets } from "./webhook-secret.ts";
import type { WebhookRow } from "./webhook.store.ts";

/** Waits after each attempt that failed; the one after the last is the last attempt. */
const WAITS_SECONDS = [5, 60, 300, 1800, 7200, 21_600, 43_200, 86_400];
export const MOST_ATTEMPTS = WAITS_SECONDS.length + 1;
const TIMEOUT_MS = 10_000;
/** Longer than any attempt takes with what is written about it. */
export const ATTEMPT_MS = 60_000;
/** A webhook is switched off that fails so often in a row, over so long at least. */
const LASTING = { failures: 100, ms: 86_400_000 };

/** What an owner is told of a fault of ours. */
export const FAULT = "An internal fault";

/** How an attempt ended; `error` is null where the receiver has taken the message. */
export interface AttemptOutcome {
  status: number | null;
  error: string | null;
}

export const hasDeployment = ({ config }: Pick<Context, "config">): boolean => config.ALERT_WEBHOOK_URL !== "";

/** Makes an attempt that was claimed and keeps how it ended; with `once` no other follows. */
export async function makeAttempt(
  ctx: Context,
  attempt: Attempt,
  { once = false }: { once?: boolean } = {},
): Promise<AttemptOutcome> {
  const message = await findMessage(ctx.db, attempt);
  // Webhook or event went meanwhile, and the delivery with it.
  if (!message || (message.webhook === null && attempt.webhook_id !== DEPLOYMENT)) return { status: null, error: null };
  const outcome = await post(ctx, message);
  await settle(ctx, attempt, outcome, once);
  return outcome;
}

async function post(
  ctx: Context,
  { event, webhook }: { event: WebhookEventRow; webhook: WebhookRow | null },
): Promise<AttemptOutcome> {
  const target = await readTarget(ctx, webhook).catch((error: unknown) => {
    if (error instanceof AppError) return error.message;
    ctx.log.warning("delivery_target_fault", { webhook_id: webhook?.id ?? DEPLOYMENT, ...describeError(error) });
    return FAULT;
  });
  if (typeof target === "string") return { status: null, error: target };
  const { url, secrets } = target;
  const body = renderEvent(event);
  const headers = signedHeaders({ id: event.id, body, secrets }, ctx.now());
  try {
    // Past the circuits: a receiver that fails must not open one, for that would be an event of its own.
    const response = await ctx.fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return { status: response.status, error: response.ok ? null : `The receiver answers ${response.status}` };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    const reason = isTimeout ? `No answer within ${TIMEOUT_MS / 1000} s` : "The receiver could not be reached";
    return { status: null, error: reason };
  }
}

/** As it is signed: the same for every attempt. */
const renderEvent = ({ type, created_at, data }: WebhookEventRow): string =>
  JSON.stringify({ type, timestamp: new Date(created_at).toISOString(), data });

async function readTarget(ctx: Context, webhook: WebhookRow | null): Promise<{ url: string; secrets: string[] }> {
  const { ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET } = ctx.config;
  if (!webhook) return { url: ALERT_WEBHOOK_URL, secrets: ALERT_WEBHOOK_SECRET.split(",") };
  const { href } = checkWebhookUrl(webhook.url, ctx.config.ALLOW_PRIVATE_HOSTS);
  return { url: href, secrets: await readSigningSecrets(ctx, webhook) };
}

/** Throws `unprocessable` for a URL that a person's webhook may not have: http is for permitted hosts only. */
export function checkWebhookUrl(text: string, allowed: readonly string[]): URL {
  const url = checkUserUrl(text, allowed);
  if (url.protocol === "https:") return url;
  if (checkUserHost({ host: url.hostname, port: Number(url.port) || 80 }, allowed).isPermitted) return url;
  throw unprocessable([{ field: "url", message: "must start with https://" }]);
}

async function settle(ctx: Context, attempt: Attempt, { status, error }: AttemptOutcome, once: boolean): Promise<void> {
  const { webhook_id, event_id, attempts } = attempt;
  const now = ctx.now();
  if (error === null) {
    const change = { state: "delivered", last_status: status, last_error: null, delivered_at: now } as const;
    await ctx.db.batch([settleDelivery(ctx.db, attempt, change), forgetFailures(ctx.db, webhook_id)]);
    return;
  }
  const gone = status === 410;
  const wait = gone || once ? undefined : WAITS_SECONDS[attempts - 1];
  const ended = wait === undefined ? ({ state: "dead" } as const) : { next_attempt_at: now + wait * 1000 };
  await ctx.db.batch([
    settleDelivery(ctx.db, attempt, { ...ended, last_status: status, last_error: error }),
    noteFailure(ctx.db, webhook_id, now),
    switchOff(ctx.db, webhook_id, gone ? "gone" : { failures: LASTING.failures, since: now - LASTING.ms }, now),
    buryUnwanted(ctx.db, hasDeployment(ctx)),
  ]);
  ctx.log.warning("delivery_attempt_failed", { webhook_id, event_id, attempts, status, dead: wait === undefined });
}
