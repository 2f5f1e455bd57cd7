import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { sourceName } from "./source.schema.ts";
import { startSync } from "./sync.ts";

const day = (description: string, example: string | null) =>
  z.iso.date().nullable().default(null).openapi({ description, example });

export const syncRouter = createRouter({ validationStatus: 400 });

const syncRoute = defineRoute({
  method: "post",
  path: "/sources/{source_name}/sync",
  summary: "Start a sync",
  tags: ["Warehouse sources"],
  access: { domain: "warehouse", action: "write" },
  quota: "jobs",
  request: {
    params: z.object({ source_name: sourceName }),
    body: jsonBody(
      z
        .object({
          full_refresh: z
            .boolean()
            .default(false)
            .openapi({ description: "Load everything anew and replace what is loaded", example: false }),
          start_date: day("Only what is of this day or later, where the source can be asked for it", "2024-01-01"),
          end_date: day("Only what is of this day or earlier, where the source can be asked for it", null),
        })
        .openapi("SyncRequest"),
    ),
  },
  responses: {
    200: jsonResponse(
      "It has started",
      z.object({
        success: z.literal(true),
        message: z.string().openapi({ example: "Sync started for stripe_payments" }),
        source_name: z.string().openapi({ example: "stripe_payments" }),
        started_at: z.string().openapi({ example: "2025-12-09T10:30:00Z" }),
        job_id: z
          .string()
          .openapi({ description: "For `GET /jobs/{job_id}`", example: "job_20251209_103000_a1b2c3d4" }),
      }),
    ),
    400: errorResponse("Wrong dates, or a source that is disabled"),
    404: errorResponse("No such source"),
    409: errorResponse("A sync of this source is under way"),
  },
});

syncRouter.openapi(syncRoute, async (c) => {
  const { source_name } = c.req.valid("param");
  const started = await startSync(c.var.ctx, source_name, c.req.valid("json"));
  return c.json({ success: true as const, message: `Sync started for ${source_name}`, source_name, ...started }, 200);
});
