import { z } from "@hono/zod-openapi";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { readActivity, readSourceLog } from "./activity.ts";
import { sourceName } from "./source.schema.ts";

const read = { domain: "warehouse", action: "read" } as const;

const line = z.object({
  timestamp: z.string().openapi({ example: "2025-12-09T10:30:00Z" }),
  level: z.enum(["INFO", "WARNING", "ERROR", "SUCCESS"]).openapi({ example: "INFO" }),
  message: z.string().openapi({ example: "Starting sync for stripe_payments" }),
});

const limitOf = (fallback: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(fallback)
    .openapi({ description: "At most so many lines, the latest", example: fallback });

export const activityRouter = createRouter({ validationStatus: 400 });

const allRoute = defineRoute({
  method: "get",
  path: "/logs",
  summary: "Read the activity log, newest first",
  tags: ["Warehouse logs"],
  access: read,
  request: { query: z.object({ limit: limitOf(1000) }) },
  responses: {
    200: jsonResponse(
      "The lines",
      z.array(line.extend({ source: z.string().nullable().openapi({ example: "stripe_payments" }) })),
    ),
  },
});

activityRouter.openapi(allRoute, async (c) => c.json(await readActivity(c.var.ctx, c.req.valid("query").limit), 200));

const sourceRoute = defineRoute({
  method: "get",
  path: "/sources/{source_name}/logs",
  summary: "Read the log of a source, oldest first",
  tags: ["Warehouse logs"],
  access: read,
  request: { params: z.object({ source_name: sourceName }), query: z.object({ limit: limitOf(100) }) },
  responses: { 200: jsonResponse("The lines", z.array(line)) },
});

activityRouter.openapi(sourceRoute, async (c) =>
  c.json(await readSourceLog(c.var.ctx, c.req.valid("param").source_name, c.req.valid("query").limit), 200),
);
