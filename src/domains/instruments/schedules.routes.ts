import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { idParam, managedTimes, time, uuid } from "./request.schema.ts";
import { addResourceRoutes } from "./resource-routes.ts";
import { scheduleResource } from "./schedules.ts";
import { triggerSchedule } from "./trigger.ts";

/** Harvest schedules; those of extractions are at `/schedules`. */
export const schedulesRouter = createRouter();

const tag = "Harvest schedules";

const fields = {
  instrument_id: uuid,
  default_storage_location_id: uuid,
  cron_expression: z.string().min(1).max(128).openapi({ description: "Five fields", example: "0 2 * * *" }),
  time_zone: z.string().min(1).max(64).openapi({ description: "IANA name", example: "UTC" }),
  enabled: z.boolean().openapi({ example: true }),
};

addResourceRoutes(schedulesRouter, {
  path: "/api/schedules",
  tag,
  one: "a harvest schedule",
  many: "harvest schedules",
  resource: scheduleResource,
  create: z
    .object({ ...fields, time_zone: fields.time_zone.default("UTC"), enabled: fields.enabled.default(true) })
    .openapi("HarvestScheduleInput"),
  change: z.object(fields).partial().openapi("HarvestScheduleChange"),
  shown: z
    .object({
      id: uuid,
      ...fields,
      prefect_deployment_id: uuid.openapi({ description: "The schedule's own id" }),
      next_run_at: time.nullable(),
      last_run_at: time.nullable(),
      ...managedTimes,
    })
    .openapi("HarvestSchedule"),
});

export const triggeredSchema = z
  .object({ flow_run_id: uuid.openapi({ description: "Of the job: `GET /jobs/{id}` takes it" }), schedule_id: uuid })
  .openapi("TriggeredHarvest");

const triggerRoute = defineRoute({
  method: "post",
  path: "/api/schedules/{id}/trigger",
  summary: "Harvest now",
  description: "Works while the schedule is switched off, too; a harvest that is under way is joined.",
  tags: [tag],
  access: "admin",
  idempotent: true,
  request: { params: idParam },
  responses: {
    200: jsonResponse("Under way", triggeredSchema),
    404: errorResponse("There is no such schedule, or its instrument or storage location is deleted"),
  },
});

schedulesRouter.openapi(triggerRoute, async (c) =>
  c.json(await triggerSchedule(c.var.ctx, c.req.valid("param").id), 200),
);
