import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { scheduledSeries } from "./collection-schedules.job.ts";
import {
  changeCollectionSchedule,
  createCollectionSchedule,
  getCollectionSchedule,
  listCollectionSchedules,
  removeCollectionSchedule,
} from "./collection-schedules.ts";

const MOST_SERIES = 1000;

const fields = {
  name: z.string().trim().min(1).max(128).openapi({ description: "For people", example: "Majors, hourly" }),
  series: z
    .array(scheduledSeries)
    .min(1)
    .max(MOST_SERIES)
    .openapi({
      description: "What to keep up to date; `start_date` is where a series begins that has no data yet",
      example: [{ exchange: "binance", symbol: "BTCUSDT", market: "spot", timeframe: "1m", data_type: "raw" }],
    }),
  cron_expression: z.string().min(1).max(128).openapi({ description: "Five fields", example: "5 * * * *" }),
  time_zone: z.string().min(1).max(64).openapi({ description: "IANA name", example: "Europe/Budapest" }),
  catch_up: z
    .enum(["once", "skip"])
    .openapi({ description: "Whether one run makes up for those missed, or none does", example: "once" }),
  enabled: z.boolean().openapi({ description: "Whether it runs", example: true }),
};

const createSchema = z
  .object({
    ...fields,
    time_zone: fields.time_zone.default("UTC"),
    catch_up: fields.catch_up.default("once"),
    enabled: fields.enabled.default(true),
  })
  .openapi("CollectionScheduleInput");

const time = z.string().openapi({ example: "2024-01-15T10:05:00Z" });

const scheduleSchema = z
  .object({
    id: z.string().openapi({ example: "sched_1705314600000123" }),
    ...fields,
    next_run_at: time.nullable(),
    last_run_at: time.nullable(),
    last_job_id: z.string().nullable().openapi({ example: "job_1705314600000123" }),
    created_at: time,
    updated_at: time,
  })
  .openapi("CollectionSchedule");

const idParam = z.object({
  schedule_id: z.string().max(64).openapi({ description: "Id of the schedule", example: "sched_1705314600000123" }),
});

const tags = ["Collection schedules"];
const read = { domain: "market-data", action: "read" } as const;
const write = { domain: "market-data", action: "write" } as const;
const oneSchedule = (description: string) => ({
  description,
  content: { "application/json": { schema: scheduleSchema } },
});
const body = <Schema extends z.ZodType>(schema: Schema) => ({ content: { "application/json": { schema } } });
const missing = { 404: errorResponse("No such schedule") };
const refused = { 400: errorResponse("An expression or time zone that cannot be used") };

export const collectionSchedulesRouter = createRouter();

const listRoute = defineRoute({
  method: "get",
  path: "/ingest/schedules",
  summary: "List the schedules that keep series up to date",
  tags,
  access: read,
  responses: {
    200: {
      description: "Every schedule, oldest first",
      content: {
        "application/json": {
          schema: z.object({ schedules: z.array(scheduleSchema), total: z.int().openapi({ example: 1 }) }),
        },
      },
    },
  },
});

collectionSchedulesRouter.openapi(listRoute, async (c) => {
  const schedules = await listCollectionSchedules(c.var.ctx);
  return c.json({ schedules, total: schedules.length }, 200);
});

const createRoute = defineRoute({
  method: "post",
  path: "/ingest/schedules",
  summary: "Keep series up to date on a schedule",
  description: "Each run starts a download of every series, which fetches what its coverage lacks.",
  tags,
  access: write,
  audit: {
    entity_type: "schedule",
    action: "create",
    field: "id",
    notes: ["name", "cron_expression", "time_zone", "enabled"],
  },
  request: { body: body(createSchema) },
  responses: { 201: oneSchedule("The new schedule"), ...refused },
});

collectionSchedulesRouter.openapi(createRoute, async (c) =>
  c.json(await createCollectionSchedule(c.var.ctx, c.req.valid("json")), 201),
);

const getRoute = defineRoute({
  method: "get",
  path: "/ingest/schedules/{schedule_id}",
  summary: "Show a schedule",
  tags,
  access: read,
  request: { params: idParam },
  responses: { 200: oneSchedule("The schedule"), ...missing },
});

collectionSchedulesRouter.openapi(getRoute, async (c) =>
  c.json(await getCollectionSchedule(c.var.ctx, c.req.valid("param").schedule_id), 200),
);

const changeRoute = defineRoute({
  method: "patch",
  path: "/ingest/schedules/{schedule_id}",
  summary: "Change a schedule",
  tags,
  access: write,
  audit: {
    entity_type: "schedule",
    action: "update",
    names: ["schedule_id"],
    notes: ["name", "cron_expression", "time_zone", "enabled"],
  },
  request: { params: idParam, body: body(z.object(fields).partial()) },
  responses: { 200: oneSchedule("The schedule as it is now"), ...missing, ...refused },
});

collectionSchedulesRouter.openapi(changeRoute, async (c) => {
  const { schedule_id } = c.req.valid("param");
  return c.json(await changeCollectionSchedule(c.var.ctx, schedule_id, c.req.valid("json")), 200);
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/ingest/schedules/{schedule_id}",
  summary: "Delete a schedule; downloads it has started go on",
  tags,
  access: write,
  audit: { entity_type: "schedule", action: "delete", names: ["schedule_id"] },
  request: { params: idParam },
  responses: {
    200: {
      description: "It is gone",
      content: { "application/json": { schema: z.object({ status: z.literal("success") }) } },
    },
    ...missing,
  },
});

collectionSchedulesRouter.openapi(deleteRoute, async (c) => {
  await removeCollectionSchedule(c.var.ctx, c.req.valid("param").schedule_id);
  return c.json({ status: "success" as const }, 200);
});
