import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { jsonBody, jsonResponse } from "../http/json.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { isoTime } from "../jobs/render.ts";
import { pageDeliveries } from "./log.ts";
import { replayToWebhook, testWebhook } from "./sending.ts";
import {
  deliverySchema,
  deliveryState,
  nextCursor,
  pageQuery,
  renderDelivery,
  renderWebhook,
  replayInput,
  replayResult,
  testResult,
  webhookChange,
  webhookInput,
  webhookSchema,
  webhookWithSecret,
} from "./webhook.schema.ts";
import {
  changeWebhook,
  createWebhook,
  getWebhook,
  listOwnWebhooks,
  removeWebhook,
  rotateWebhookSecret,
} from "./webhooks.ts";

/** The caller's own webhooks. */
export const webhooksRouter = createRouter();

const shared = { tags: ["Webhooks"], access: "account" as const };
const audited = { entity_type: "webhook", names: ["id"], notes: ["event_types", "enabled"], hosts: ["url"] };

const params = z.object({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .openapi({ description: "Id of the webhook", example: "8a3a0c52-6f0b-4a57-9e52-5d3a1c5b7c11" }),
});
const missing = { 404: errorResponse("No such webhook, or not yours") };
const sealing = { 503: errorResponse("The vault has no key") };

const createRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/webhooks",
  summary: "Make a webhook, whose secret is shown this once",
  description: "Posts are signed after Standard Webhooks. An admin's webhooks are told of the platform's events, too.",
  audit: { entity_type: "webhook", action: "create", field: "id", notes: audited.notes, hosts: audited.hosts },
  request: { body: jsonBody(webhookInput) },
  responses: {
    201: jsonResponse("The webhook and its secret", webhookWithSecret),
    ...sealing,
    429: errorResponse("You have as many webhooks as you may"),
  },
});

webhooksRouter.openapi(createRoute, async (c) => {
  const { webhook, secret } = await createWebhook(c.var.ctx, c.req.valid("json"));
  return c.json({ ...renderWebhook(webhook), secret }, 201);
});

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/webhooks",
  summary: "List your webhooks, oldest first",
  responses: { 200: jsonResponse("All of them", z.object({ webhooks: z.array(webhookSchema) })) },
});

webhooksRouter.openapi(listRoute, async (c) => {
  const webhooks = await listOwnWebhooks(c.var.ctx);
  return c.json({ webhooks: webhooks.map(renderWebhook) }, 200);
});

const getRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/webhooks/{id}",
  summary: "Show a webhook",
  request: { params },
  responses: { 200: jsonResponse("The webhook", webhookSchema), ...missing },
});

webhooksRouter.openapi(getRoute, async (c) =>
  c.json(renderWebhook(await getWebhook(c.var.ctx, c.req.valid("param").id)), 200),
);

const changeRoute = defineRoute({
  ...shared,
  method: "patch",
  path: "/webhooks/{id}",
  summary: "Change a webhook, or switch it on or off",
  audit: { ...audited, action: "update" },
  request: { params, body: jsonBody(webhookChange) },
  responses: { 200: jsonResponse("The changed webhook", webhookSchema), ...missing },
});

webhooksRouter.openapi(changeRoute, async (c) => {
  const changed = await changeWebhook(c.var.ctx, c.req.valid("param").id, c.req.valid("json"));
  return c.json(renderWebhook(changed), 200);
});

const removeRoute = defineRoute({
  ...shared,
  method: "delete",
  path: "/webhooks/{id}",
  summary: "Remove a webhook",
  audit: { entity_type: "webhook", action: "delete", names: ["id"] },
  request: { params },
  responses: { 204: { description: "It is told nothing more" }, ...missing },
});

webhooksRouter.openapi(removeRoute, async (c) => {
  await removeWebhook(c.var.ctx, c.req.valid("param").id);
  return c.body(null, 204);
});

const rotateRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/webhooks/{id}/rotate-secret",
  summary: "Make a new secret, which is shown this once",
  description:
    "Whatever is sent from now on is signed with it, also what waits; for a day with the secret before it, too, so that a receiver takes what comes while it changes over.",
  audit: { entity_type: "webhook", action: "update", names: ["id"] },
  request: { params },
  responses: {
    200: jsonResponse("The webhook and its new secret", webhookWithSecret),
    409: errorResponse("Another request is changing the secret"),
    ...missing,
    ...sealing,
  },
});

webhooksRouter.openapi(rotateRoute, async (c) => {
  const { webhook, secret } = await rotateWebhookSecret(c.var.ctx, c.req.valid("param").id);
  return c.json({ ...renderWebhook(webhook), secret }, 200);
});

const testRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/webhooks/{id}/test",
  summary: "Send an event of the type `webhook.test`, once and at once",
  rateLimit: "webhooks",
  request: { params },
  responses: { 200: jsonResponse("How it went", testResult), ...missing },
});

webhooksRouter.openapi(testRoute, async (c) => c.json(await testWebhook(c.var.ctx, c.req.valid("param").id), 200));

const deliveriesRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/webhooks/{id}/deliveries",
  summary: "List what was sent to a webhook, the newest events first",
  request: {
    params,
    query: pageQuery.extend({
      state: deliveryState.optional().openapi({ description: "Only these", example: "dead" }),
    }),
  },
  responses: {
    200: jsonResponse(
      "A page of deliveries",
      z.object({ deliveries: z.array(deliverySchema), next_cursor: nextCursor }).openapi("WebhookDeliveryPage"),
    ),
    ...missing,
  },
});

webhooksRouter.openapi(deliveriesRoute, async (c) => {
  const { limit, cursor, state } = c.req.valid("query");
  const filter = { webhook_id: c.req.valid("param").id, state, after: cursor };
  const { deliveries, next_cursor } = await pageDeliveries(c.var.ctx, filter, limit);
  return c.json({ deliveries: deliveries.map(renderDelivery), next_cursor }, 200);
});

const replayRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/webhooks/{id}/replay",
  summary: "Send events of the log again, under the same ids, up to 100 a call",
  rateLimit: "webhooks",
  request: { params, body: jsonBody(replayInput) },
  responses: {
    200: jsonResponse("How many are on their way", replayResult),
    404: errorResponse("No such webhook or event, or not yours"),
    409: errorResponse("The webhook is switched off"),
  },
});

webhooksRouter.openapi(replayRoute, async (c) => {
  const { events, next_since } = await replayToWebhook(c.var.ctx, c.req.valid("param").id, c.req.valid("json"));
  return c.json({ events, next_since: isoTime(next_since) }, 200);
});
