import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { jsonBody, jsonResponse } from "../http/json.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { isoTime } from "../jobs/render.ts";
import { pageLog } from "./log.ts";
import { replayAlerts, testAlerts } from "./sending.ts";
import {
  eventSchema,
  eventType,
  nextCursor,
  pageQuery,
  renderEvent,
  replayInput,
  replayResult,
  testResult,
} from "./webhook.schema.ts";

/** What operators are told at `ALERT_WEBHOOK_URL`. */
export const alertsRouter = createRouter();

const shared = { tags: ["Administration"], access: "admin" as const };
const unset = { 409: errorResponse("`ALERT_WEBHOOK_URL` is not set") };

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/admin/alerts",
  summary: "List the events that operators are told of, newest first",
  request: {
    query: pageQuery.extend({ type: eventType.optional().openapi({ description: "Only of this type" }) }),
  },
  responses: {
    200: jsonResponse(
      "A page of the log",
      z.object({ events: z.array(eventSchema), next_cursor: nextCursor }).openapi("WebhookEventPage"),
    ),
  },
});

alertsRouter.openapi(listRoute, async (c) => {
  const { limit, cursor, type } = c.req.valid("query");
  const { events, next_cursor } = await pageLog(c.var.ctx, { type, after: cursor }, limit);
  return c.json({ events: events.map(renderEvent), next_cursor }, 200);
});

const testRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/admin/alerts/test",
  summary: "Send a test to `ALERT_WEBHOOK_URL`, once and at once",
  rateLimit: "webhooks",
  responses: { 200: jsonResponse("How it went", testResult), ...unset },
});

alertsRouter.openapi(testRoute, async (c) => c.json(await testAlerts(c.var.ctx), 200));

const replayRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/admin/alerts/replay",
  summary: "Send events of the log to `ALERT_WEBHOOK_URL` again, under the same ids, up to 1000 a call",
  rateLimit: "webhooks",
  audit: { entity_type: "alert_replay", action: "create", notes: ["event_id", "event_types", "since", "until"] },
  request: { body: jsonBody(replayInput) },
  responses: {
    200: jsonResponse("How many are on their way", replayResult),
    404: errorResponse("No such event"),
    ...unset,
  },
});

alertsRouter.openapi(replayRoute, async (c) => {
  const { events, next_since } = await replayAlerts(c.var.ctx, c.req.valid("json"));
  return c.json({ events, next_since: isoTime(next_since) }, 200);
});
