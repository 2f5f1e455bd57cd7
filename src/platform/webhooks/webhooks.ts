import type { Context } from "../../context.ts";
import { conflict, forbidden, notFound } from "../../errors.ts";
import { removeCredential, resealCredential, upsertCredential } from "../credentials/credentials.store.ts";
import { makeWebhookSecret } from "../outbound/webhook-signature.ts";
import { quotaRefusal } from "../quotas/quotas.ts";
import { checkWebhookUrl, hasDeployment } from "./attempt.ts";
import { buryUnwanted } from "./delivery.store.ts";
import type { EventType } from "./event-types.ts";
import { sealFirst, sealNext, secretOf } from "./webhook-secret.ts";
import {
  deleteWebhook,
  findWebhook,
  guardWebhooks,
  insertWebhook,
  listWebhooks,
  updateWebhook,
  type WebhookRow,
} from "./webhook.store.ts";

export interface WebhookInput {
  url: string;
  event_types: EventType[];
  enabled: boolean;
}

/** Stores the caller's webhook; its secret is told this once. Throws 422 for a URL that may not be, 429 past the limit. */
export async function createWebhook(
  ctx: Context,
  input: WebhookInput,
): Promise<{ webhook: WebhookRow; secret: string }> {
  checkWebhookUrl(input.url, ctx.config.ALLOW_PRIVATE_HOSTS);
  const owner = ownerOf(ctx);
  const now = ctx.now();
  const row = { ...input, id: crypto.randomUUID(), owner, created_at: now, updated_at: now };
  const secret = makeWebhookSecret();
  const sealed = await sealFirst(ctx, row, secret);
  const [[webhook]] = await ctx.db
    .batch([
      insertWebhook(ctx.db, row),
      guardWebhooks(ctx.db, owner, ctx.config.USER_WEBHOOK_LIMIT),
      upsertCredential(ctx.db, secretOf(row), sealed, now),
    ])
    .catch((error: unknown) => {
      throw quotaRefusal(ctx, error);
    });
  if (!webhook) throw new Error("A webhook was inserted without a row");
  return { webhook, secret };
}

/** The caller's, oldest first. */
export const listOwnWebhooks = (ctx: Context): Promise<WebhookRow[]> => listWebhooks(ctx.db, ownerOf(ctx)).all();

/** The caller's webhook; somebody else's is as unknown as one that is not there. */
export async function getWebhook(ctx: Context, id: string): Promise<WebhookRow> {
  const webhook = await findWebhook(ctx.db, ownerOf(ctx), id);
  if (!webhook) throw webhookMissing();
  return webhook;
}

/** Changes the fields given; switched on again, it starts without failures; off, what waits is given up. Throws as `createWebhook` does. */
export async function changeWebhook(ctx: Context, id: string, change: Partial<WebhookInput>): Promise<WebhookRow> {
  const before = await getWebhook(ctx, id);
  if (change.url !== undefined) checkWebhookUrl(change.url, ctx.config.ALLOW_PRIVATE_HOSTS);
  const afresh = change.enabled === undefined ? {} : { disabled_for: null, failures: 0, failing_since: null };
  const [[after]] = await ctx.db.batch([
    updateWebhook(ctx.db, before, { ...change, ...afresh, updated_at: ctx.now() }),
    buryUnwanted(ctx.db, hasDeployment(ctx)),
  ]);
  if (!after) throw webhookMissing();
  return after;
}

/** Removes a webhook with its secret and deliveries. */
export async function removeWebhook(ctx: Context, id: string): Promise<void> {
  const owner = ownerOf(ctx);
  const [, [removed]] = await ctx.db.batch([
    ...deleteWebhook(ctx.db, owner, id),
    removeCredential(ctx.db, secretOf({ id, owner })),
  ]);
  if (!removed) throw webhookMissing();
}

/**
 * Makes a new secret, told this once; every attempt from now on is signed with it, and for a day with the one before, too.
 * Throws 409 where another rotation comes between.
 */
export async function rotateWebhookSecret(ctx: Context, id: string): Promise<{ webhook: WebhookRow; secret: string }> {
  const before = await getWebhook(ctx, id);
  const secret = makeWebhookSecret();
  const { row, sealed } = await sealNext(ctx, before, secret);
  const now = ctx.now();
  const [replaced, [webhook]] = await ctx.db.batch([
    resealCredential(ctx.db, row, sealed, now),
    updateWebhook(ctx.db, before, { updated_at: now }),
  ]);
  if (!webhook) throw webhookMissing();
  if (replaced.length === 0) throw conflict("The secret is being changed by another request");
  return { webhook, secret };
}

export const webhookMissing = () => notFound("Webhook not found", "WEBHOOK_NOT_FOUND");

/** Webhooks are people's: the routes let nobody else in. */
function ownerOf({ principal }: Context): string {
  if (principal.kind !== "user") throw forbidden();
  return principal.id;
}
