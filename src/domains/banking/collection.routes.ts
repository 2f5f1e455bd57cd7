import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { describeCollection, listRuns, startCollection } from "./collection.ts";
import { keptReportSchema } from "./collection-run.ts";
import { openScreenshot } from "./screenshots.ts";

const tags = ["Collection"];

/** A person's runs: what starts one, what is going on, what came of each. */
export const collectionRouter = createRouter();

const startRoute = defineRoute({
  method: "put",
  path: "/user/collect_automatically",
  summary: "Collect one's data now",
  description: "A run that is under way is not doubled, and the daily time stays. Follow it on `/ws/jobs/{id}`.",
  tags,
  access: "account",
  quota: "jobs",
  responses: {
    200: jsonResponse("A run is under way", z.literal(true).openapi({ example: true })),
    500: errorResponse("Failed to start job: `JOB_START_ERROR`"),
  },
});

collectionRouter.openapi(startRoute, async (c) => {
  await startCollection(c.var.ctx);
  return c.json(true as const, 200);
});

const time = z.string().nullable().openapi({ example: "2025-01-01T18:00:12Z" });

const runSchema = z
  .object({
    id: z.string().openapi({ example: "job_1735754400000123" }),
    state: z.enum(["pending", "running", "completed", "failed", "cancelled"]).openapi({ example: "completed" }),
    progress: z
      .record(z.string(), z.unknown())
      .openapi({ example: { message: "Downloading the transactions", done: 5, total: 9 } }),
    error: z.string().nullable().openapi({ description: "Why it failed", example: null }),
    errors: z.array(z.string()).openapi({ description: "The same, and reports that were not kept", example: [] }),
    files: z.array(z.string()).openapi({ description: "Files that it wrote to", example: ["transactions.parquet"] }),
    reports: z.array(keptReportSchema),
    started_at: time,
    completed_at: time,
    has_screenshot: z.boolean().openapi({ description: "Of the page that it failed at", example: false }),
  })
  .openapi("CollectionRun");

const statusRoute = defineRoute({
  method: "get",
  path: "/user/job-status",
  summary: "Show what is scheduled, stored and has been done",
  tags,
  access: "account",
  responses: {
    200: jsonResponse(
      "The state of collecting",
      z
        .object({
          user_id: z.string().openapi({ example: "4d3c1f0a-7a55-4d0e-9a43-5f5c1f2b8f10" }),
          has_scheduled_job: z.boolean().openapi({ example: true }),
          next_run: z
            .object({
              seconds_until_next_run: z.number().openapi({ example: 3600 }),
              next_run_timestamp_ms: z.int().openapi({ example: 1_704_110_400_000 }),
            })
            .nullable(),
          deletion_pending: z.boolean().openapi({ example: false }),
          credentials: z
            .object({
              bank: z.string().openapi({ example: "demo-bank" }),
              stored_at: time,
              refused_at: time.openapi({ description: "When the bank refused them", example: null }),
            })
            .nullable()
            .openapi({ description: "What is known of the stored login; null without one" }),
          last_run: runSchema.nullable(),
        })
        .openapi("CollectionStatus"),
    ),
  },
});

collectionRouter.openapi(statusRoute, async (c) => c.json(await describeCollection(c.var.ctx), 200));

const runsRoute = defineRoute({
  method: "get",
  path: "/user/runs",
  summary: "List one's runs, newest first",
  tags,
  access: "account",
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(500).default(50).openapi({ description: "Runs per page", example: 50 }),
      cursor: z
        .string()
        .max(64)
        .optional()
        .openapi({ description: "`next_cursor` of the page before", example: "job_1735754400000123" }),
    }),
  },
  responses: {
    200: jsonResponse(
      "A page of runs",
      z.object({
        runs: z.array(runSchema),
        total: z.int().openapi({ example: 1 }),
        next_cursor: z.string().nullable().openapi({ example: null }),
      }),
    ),
  },
});

collectionRouter.openapi(runsRoute, async (c) => c.json(await listRuns(c.var.ctx, c.req.valid("query")), 200));

const screenshotRoute = defineRoute({
  method: "get",
  path: "/user/runs/{run_id}/screenshot",
  summary: "Show the page that a run failed at",
  tags,
  access: "account",
  request: {
    params: z.object({
      run_id: z
        .string()
        .max(64)
        .openapi({
          description: "The run's id",
          param: { in: "path", name: "run_id" },
          example: "job_1735754400000123",
        }),
    }),
  },
  responses: {
    200: {
      description: "The picture; it is kept sealed",
      content: { "image/png": { schema: z.string().openapi({ format: "binary" }) } },
    },
    404: errorResponse("No such run, or it has no picture"),
  },
});

collectionRouter.openapi(screenshotRoute, async (c) => {
  const png = await openScreenshot(c.var.ctx, c.req.valid("param").run_id);
  return c.body(png, 200, { "Content-Type": "image/png", "Cache-Control": "no-store" });
});
