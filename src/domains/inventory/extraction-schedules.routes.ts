import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { extractionFields } from "./extraction-params.ts";
import {
  changeExtractionSchedule,
  createExtractionSchedule,
  getExtractionSchedule,
  listExtractionSchedules,
  removeExtractionSchedule,
  switchExtractionSchedule,
} from "./extraction-schedules.ts";

const scheduleFields = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(128)
    .regex(/^\P{Cc}*$/u, "must not contain control characters")
    .openapi({ description: "For people; need not be unique", example: "daily-full-scan" }),
  description: z.string().max(1000).nullable().openapi({ description: "For people", example: "Every account" }),
  cron_expression: z.string().min(1).max(128).openapi({ description: "Five fields", example: "0 2 * * *" }),
  time_zone: z.string().min(1).max(64).openapi({ description: "IANA name", example: "UTC" }),
  enabled: z.boolean().openapi({ description: "Whether it runs", example: true }),
};

const createSchema = z
  .object({
    ...scheduleFields,
    description: scheduleFields.description.default(null),
    time_zone: scheduleFields.time_zone.default("UTC"),
    enabled: scheduleFields.enabled.default(true),
    ...extractionFields,
  })
  .openapi("ExtractionScheduleInput");

/** Absent fields stay as they are, so none may fall back to a default. */
const changeSchema = z
  .object({
    ...scheduleFields,
    provider: extractionFields.provider.optional(),
    services: extractionFields.services.optional(),
    regions: extractionFields.regions.optional(),
    filters: extractionFields.filters.optional(),
    batch_size: extractionFields.batch_size.unwrap(),
  })
  .partial()
  .openapi("ExtractionScheduleChange");

const id = z.string().openapi({ example: "sched_1705314600000123" });
const time = z.string().openapi({ example: "2024-01-16T02:00:00Z" });
const status = z.enum(["active", "paused"]).openapi({ example: "active" });
const names = z.array(z.string()).nullable();

const listed = {
  schedule_id: id,
  name: scheduleFields.name,
  cron_expression: scheduleFields.cron_expression,
  provider: z.string().nullable().openapi({ example: null }),
  services: names.openapi({ example: null }),
  enabled: scheduleFields.enabled,
  last_run: time.nullable().openapi({ example: "2024-01-15T02:00:00Z" }),
  next_run: time.nullable(),
  status,
};

const scheduleSchema = z
  .object({
    ...listed,
    regions: names.openapi({ example: ["us-east-1"] }),
    filters: z.record(z.string(), z.unknown()).openapi({ example: {} }),
    batch_size: z.int().openapi({ example: 200 }),
    description: z.string().nullable().openapi({ example: null }),
    time_zone: z.string().openapi({ example: "UTC" }),
    last_job_id: z.string().nullable().openapi({ example: "job_1705314600000123" }),
    created_at: time,
    updated_at: time,
  })
  .openapi("ExtractionSchedule");

const idParam = z.object({
  schedule_id: z.string().max(128).openapi({ description: "Id of the schedule", example: "sched_1705314600000123" }),
});
const idOrNameParam = z.object({
  schedule_id: z
    .string()
    .max(128)
    .openapi({ description: "Id of the schedule, or its name", example: "sched_1705314600000123" }),
});

const shared = { tags: ["Extraction schedules"], rateLimit: "inventory" as const, envelope: true };
const read = { domain: "inventory", action: "read" } as const;
const write = { domain: "inventory", action: "write" } as const;
const missing = { 404: errorResponse("No such schedule") };
const refused = { 400: errorResponse("A cron expression, zone, provider, service or region that cannot be used") };

export const extractionSchedulesRouter = createRouter();

const createRoute = defineRoute({
  ...shared,
  method: "post",
  path: "/schedules",
  summary: "Extract on a schedule",
  access: write,
  audit: {
    entity_type: "schedule",
    action: "create",
    field: "schedule_id",
    notes: ["name", "cron_expression", "time_zone", "enabled"],
  },
  request: { body: jsonBody(createSchema) },
  responses: {
    200: jsonResponse(
      "The new schedule",
      z.object({
        schedule_id: id,
        name: scheduleFields.name,
        cron_expression: scheduleFields.cron_expression,
        next_run: time.nullable(),
        status,
      }),
    ),
    ...refused,
  },
});

extractionSchedulesRouter.openapi(createRoute, async (c) =>
  c.json(await createExtractionSchedule(c.var.ctx, c.req.valid("json")), 200),
);

const listRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/schedules",
  summary: "List the schedules of extractions",
  access: read,
  responses: {
    200: jsonResponse(
      "Every schedule, oldest first",
      z.object({ schedules: z.array(z.object(listed)), total: z.int().openapi({ example: 1 }) }),
    ),
  },
});

extractionSchedulesRouter.openapi(listRoute, async (c) => {
  const schedules = await listExtractionSchedules(c.var.ctx);
  return c.json({ schedules, total: schedules.length }, 200);
});

const getRoute = defineRoute({
  ...shared,
  method: "get",
  path: "/schedules/{schedule_id}",
  summary: "Show a schedule of extractions",
  access: read,
  request: { params: idParam },
  responses: { 200: jsonResponse("The schedule", scheduleSchema), ...missing },
});

extractionSchedulesRouter.openapi(getRoute, async (c) =>
  c.json(await getExtractionSchedule(c.var.ctx, c.req.valid("param").schedule_id), 200),
);

const changeRoute = defineRoute({
  ...shared,
  method: "put",
  path: "/schedules/{schedule_id}",
  summary: "Change a schedule of extractions",
  description: "Fields that are absent stay as they are.",
  access: write,
  audit: {
    entity_type: "schedule",
    action: "update",
    names: ["schedule_id"],
    notes: ["name", "cron_expression", "time_zone", "enabled"],
  },
  request: { params: idParam, body: jsonBody(changeSchema) },
  responses: { 200: jsonResponse("The schedule as it is now", scheduleSchema), ...missing, ...refused },
});

extractionSchedulesRouter.openapi(changeRoute, async (c) => {
  const { schedule_id } = c.req.valid("param");
  return c.json(await changeExtractionSchedule(c.var.ctx, schedule_id, c.req.valid("json")), 200);
});

const deleteRoute = defineRoute({
  ...shared,
  method: "delete",
  path: "/schedules/{schedule_id}",
  summary: "Delete a schedule; extractions it has started go on",
  access: write,
  audit: { entity_type: "schedule", action: "delete", names: ["schedule_id"] },
  request: { params: idParam },
  responses: {
    200: jsonResponse("It is gone", z.object({ message: z.literal("Schedule deleted successfully"), schedule_id: id })),
    ...missing,
  },
});

extractionSchedulesRouter.openapi(deleteRoute, async (c) => {
  const { schedule_id } = c.req.valid("param");
  await removeExtractionSchedule(c.var.ctx, schedule_id);
  return c.json({ message: "Schedule deleted successfully" as const, schedule_id }, 200);
});

const switched = jsonResponse(
  "The schedule's new state",
  z.object({ message: z.string().openapi({ example: "Schedule paused successfully" }), schedule_id: id, status }),
);
const ambiguous = { 409: errorResponse("Several schedules have this name") };

const pauseRoute = defineRoute({
  ...shared,
  method: "put",
  path: "/schedules/{schedule_id}/pause",
  summary: "Pause a schedule of extractions",
  access: write,
  audit: { entity_type: "schedule", action: "update", names: ["schedule_id"] },
  request: { params: idOrNameParam },
  responses: { 200: switched, ...missing, ...ambiguous },
});

extractionSchedulesRouter.openapi(pauseRoute, async (c) => {
  const { schedule_id, status: state } = await switchExtractionSchedule(
    c.var.ctx,
    c.req.valid("param").schedule_id,
    false,
  );
  return c.json({ message: "Schedule paused successfully", schedule_id, status: state }, 200);
});

const resumeRoute = defineRoute({
  ...shared,
  method: "put",
  path: "/schedules/{schedule_id}/resume",
  summary: "Resume a paused schedule of extractions",
  access: write,
  audit: { entity_type: "schedule", action: "update", names: ["schedule_id"] },
  request: { params: idOrNameParam },
  responses: { 200: switched, ...missing, ...ambiguous },
});

extractionSchedulesRouter.openapi(resumeRoute, async (c) => {
  const { schedule_id, status: state } = await switchExtractionSchedule(
    c.var.ctx,
    c.req.valid("param").schedule_id,
    true,
  );
  return c.json({ message: "Schedule resumed successfully", schedule_id, status: state }, 200);
});
