import { z } from "@hono/zod-openapi";
import { isTimeZone } from "../../config.ts";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { getCollectionSchedule, getNextRun, putCollectionSchedule } from "./collection-schedule.ts";

const tags = ["Collection"];
const missing = { 404: errorResponse("No scheduled job: `JOB_NOT_FOUND`") };

/** When a person's data are collected. */
export const scheduleRouter = createRouter();

const hour = z.int().min(0).max(23).openapi({ example: 18 });
const minute = z.int().min(0).max(59).openapi({ example: 0 });
const timeZone = z.string().max(64).openapi({ description: "IANA name", example: "Europe/Budapest" });
const enabled = z.boolean().openapi({ description: "Whether it comes due", example: true });

const scheduleSchema = z
  .object({
    hour,
    minute,
    time_zone: timeZone,
    enabled,
    next_run_at: z.string().nullable().openapi({ example: "2025-01-01T17:00:00.000Z" }),
  })
  .openapi("DailyCollection");

const getRoute = defineRoute({
  method: "get",
  path: "/user/schedule",
  summary: "Show when one's data are collected",
  tags,
  access: "account",
  responses: { 200: jsonResponse("The daily time", scheduleSchema), ...missing },
});

scheduleRouter.openapi(getRoute, async (c) => c.json(await getCollectionSchedule(c.var.ctx), 200));

const putRoute = defineRoute({
  method: "put",
  path: "/user/schedule",
  summary: "Set when one's data are collected",
  description: "Fields left out stay as they are. A run that was missed while nothing ran is made up for once.",
  tags,
  access: "account",
  audit: { entity_type: "bank_schedule", action: "update" },
  request: {
    body: jsonBody(
      z
        .strictObject({
          hour: hour.optional(),
          minute: minute.optional(),
          time_zone: timeZone.refine(isTimeZone, "is no IANA time zone").optional(),
          enabled: enabled.optional(),
        })
        .openapi("DailyCollectionInput"),
    ),
  },
  responses: {
    200: jsonResponse("The daily time as it is now", scheduleSchema),
    409: errorResponse(
      "The bank refused the stored login, and it is to be switched on: `LOGIN_REFUSED`; or it is changed all the time: `CONFLICT`",
    ),
  },
});

scheduleRouter.openapi(putRoute, async (c) => c.json(await putCollectionSchedule(c.var.ctx, c.req.valid("json")), 200));

const nextRunResponses = {
  200: jsonResponse(
    "The next run",
    z
      .object({
        seconds_until_next: z.number().openapi({ example: 3600 }),
        next_run_time: z.string().openapi({ description: "UTC", example: "2025-01-01T18:00:00" }),
        seconds_until_next_run: z.number().openapi({ example: 3600 }),
        next_run_timestamp_ms: z.int().openapi({ example: 1_735_754_400_000 }),
      })
      .openapi("NextRun"),
  ),
  ...missing,
};

const next = { path: "/user/next_run", summary: "Show when the next run is due", tags, access: "account" } as const;

const postNextRunRoute = defineRoute({ ...next, method: "post", responses: nextRunResponses });

scheduleRouter.openapi(postNextRunRoute, async (c) => c.json(await getNextRun(c.var.ctx), 200));

const getNextRunRoute = defineRoute({ ...next, method: "get", responses: nextRunResponses });

scheduleRouter.openapi(getNextRunRoute, async (c) => c.json(await getNextRun(c.var.ctx), 200));
