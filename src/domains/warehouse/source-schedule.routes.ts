import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { sourceName } from "./source.schema.ts";
import { deleteSourceSchedule, getSourceSchedule, putSourceSchedule } from "./source-schedule.ts";

const tags = ["Warehouse sources"];
const path = "/sources/{source_name}/schedule";
const params = z.object({ source_name: sourceName });
const missing = { 404: errorResponse("No such source, or it has no schedule") };

const fields = {
  cron: z.string().min(1).max(100).openapi({ description: "Minute, hour, day, month, weekday", example: "0 6 * * *" }),
  time_zone: z.string().min(1).max(64).openapi({ description: "IANA name", example: "Europe/Berlin" }),
  enabled: z.boolean().openapi({ description: "Whether it comes due", example: true }),
  full_refresh: z.boolean().openapi({ description: "Whether each run loads everything anew", example: false }),
};
const time = z.string().nullable().openapi({ example: "2025-12-10T05:00:00Z" });

const schedule = z
  .object({
    source_name: z.string().openapi({ example: "stripe_payments" }),
    ...fields,
    next_run_at: time,
    last_run_at: time,
    last_job_id: z.string().nullable().openapi({ example: "job_20251209_050000_a1b2c3d4" }),
  })
  .openapi("WarehouseSourceSchedule");

export const sourceScheduleRouter = createRouter({ validationStatus: 400 });

const getRoute = defineRoute({
  method: "get",
  path,
  summary: "Show when a source is synced",
  tags,
  access: { domain: "warehouse", action: "read" },
  request: { params },
  responses: { 200: jsonResponse("Its schedule", schedule), ...missing },
});

sourceScheduleRouter.openapi(getRoute, async (c) =>
  c.json(await getSourceSchedule(c.var.ctx, c.req.valid("param").source_name), 200),
);

const putRoute = defineRoute({
  method: "put",
  path,
  summary: "Set when a source is synced",
  tags,
  access: { domain: "warehouse", action: "write" },
  audit: {
    entity_type: "source_schedule",
    action: "update",
    names: ["source_name"],
    notes: ["cron", "time_zone", "enabled"],
  },
  request: {
    params,
    body: jsonBody(
      z
        .strictObject({
          ...fields,
          time_zone: fields.time_zone.default("UTC"),
          enabled: fields.enabled.default(true),
          full_refresh: fields.full_refresh.default(false),
        })
        .openapi("WarehouseSourceScheduleInput"),
    ),
  },
  responses: {
    200: jsonResponse("Its schedule as it is now", schedule),
    400: errorResponse("A cron expression or time zone that cannot be"),
    ...missing,
  },
});

sourceScheduleRouter.openapi(putRoute, async (c) => {
  const { source_name } = c.req.valid("param");
  return c.json(await putSourceSchedule(c.var.ctx, source_name, c.req.valid("json")), 200);
});

const deleteRoute = defineRoute({
  method: "delete",
  path,
  summary: "Remove a source's schedule",
  tags,
  access: { domain: "warehouse", action: "write" },
  audit: { entity_type: "source_schedule", action: "delete", names: ["source_name"] },
  request: { params },
  responses: {
    200: jsonResponse(
      "It is gone; a sync that it has started goes on",
      z.object({ success: z.literal(true), message: z.string().openapi({ example: "Schedule deleted: sales_data" }) }),
    ),
    ...missing,
  },
});

sourceScheduleRouter.openapi(deleteRoute, async (c) => {
  const { source_name } = c.req.valid("param");
  await deleteSourceSchedule(c.var.ctx, source_name);
  return c.json({ success: true as const, message: `Schedule deleted: ${source_name}` }, 200);
});
