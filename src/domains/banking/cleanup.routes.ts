import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { getCleanupMetrics } from "./cleanup.ts";

/** What became of accounts whose grace was over. */
export const cleanupRouter = createRouter();

const metricsRoute = defineRoute({
  method: "get",
  path: "/admin/cleanup-metrics",
  summary: "Show what the deletion worker has done",
  tags: ["Administration"],
  access: "public",
  responses: {
    200: jsonResponse(
      "Since the beginning",
      z
        .object({
          last_run_at: z.string().nullable().openapi({ example: "2025-01-01T12:00:00+00:00" }),
          total_deleted: z.int().openapi({ description: "Accounts", example: 5 }),
          total_errors: z.int().openapi({ description: "Accounts that a scan could not delete", example: 0 }),
          total_scans: z.int().openapi({ example: 42 }),
        })
        .openapi("CleanupMetrics"),
    ),
    503: errorResponse("It has not run for an hour"),
  },
});

cleanupRouter.openapi(metricsRoute, async (c) => c.json(await getCleanupMetrics(c.var.ctx), 200));
