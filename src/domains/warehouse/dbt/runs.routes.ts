import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../../platform/http/router.ts";
import { documentTime } from "../times.ts";
import { commands } from "./dbt-run.ts";
import { readRun, readRuns, startRun } from "./runs.ts";

const tags = ["Warehouse models"];
const read = { domain: "warehouse", action: "read" } as const;
const write = { domain: "warehouse", action: "write" } as const;
const selectors = z.array(z.string().min(1).max(1000)).max(100);
const time = z.string().openapi({ example: "2025-12-09T10:30:00Z" });

const run = z
  .object({
    id: z.string().openapi({ description: "Id of its job", example: "job_20251209_103000_a1b2c3d4" }),
    command: commands.openapi({ example: "run" }),
    label: z.string().openapi({ description: "The model or the selection", example: "customer_metrics" }),
    select: z.array(z.string()).openapi({ example: ["customer_metrics+"] }),
    exclude: z.array(z.string()).openapi({ example: [] }),
    full_refresh: z.boolean().openapi({ example: false }),
    status: z.enum(["running", "success", "error"]).openapi({ example: "success" }),
    error_message: z.string().nullable().openapi({ example: null }),
    started_at: time,
    completed_at: time.nullable(),
  })
  .openapi("DbtRun");

const result = z
  .object({
    unique_id: z.string().openapi({ example: "model.shop.customer_metrics" }),
    name: z.string().openapi({ example: "customer_metrics" }),
    resource_type: z.string().openapi({ example: "model" }),
    status: z.enum(["success", "error", "skipped", "pass", "warn", "fail"]).openapi({ example: "success" }),
    message: z.string().openapi({ example: "CREATE TABLE" }),
    failures: z.int().nullable().openapi({ description: "Rows that a test has found", example: null }),
    row_count: z.int().nullable().openapi({ example: 1523 }),
    execution_seconds: z.number().openapi({ example: 0.04 }),
  })
  .openapi("DbtResult");

export const runsRouter = createRouter({ validationStatus: 400 });

const startRoute = defineRoute({
  method: "post",
  path: "/dbt/runs",
  summary: "Run, test, build, seed or compile the dbt project",
  tags,
  access: write,
  idempotent: true,
  request: {
    body: jsonBody(
      z
        .strictObject({
          command: commands.openapi({ description: "As dbt's commands", example: "build" }),
          select: selectors
            .default([])
            .openapi({ description: "As dbt's `--select`", example: ["tag:daily", "orders+"] }),
          exclude: selectors.default([]).openapi({ description: "As dbt's `--exclude`", example: [] }),
          full_refresh: z
            .boolean()
            .default(false)
            .openapi({ description: "Whether incremental models are built anew", example: false }),
          vars: z
            .record(z.string().max(256), z.unknown())
            .default({})
            .openapi({ description: "As dbt's `--vars`", example: { start_date: "2024-01-01" } }),
        })
        .openapi("DbtRunRequest"),
    ),
  },
  responses: {
    200: jsonResponse(
      "It has started",
      z.object({
        success: z.literal(true),
        message: z.string().openapi({ example: "dbt build started" }),
        job_id: z.string().openapi({ example: "job_20251209_103000_a1b2c3d4" }),
        started_at: time,
      }),
    ),
    409: errorResponse("A run is under way, and was for five minutes"),
  },
});

runsRouter.openapi(startRoute, async (c) => {
  const request = c.req.valid("json");
  const job = await startRun(c.var.ctx, request);
  const started_at = documentTime(job.created_at) ?? "";
  return c.json({ success: true as const, message: `dbt ${request.command} started`, job_id: job.id, started_at }, 200);
});

const listRoute = defineRoute({
  method: "get",
  path: "/dbt/runs",
  summary: "List the latest runs of the dbt project",
  tags,
  access: read,
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ description: "At most", example: 50 }),
    }),
  },
  responses: { 200: jsonResponse("The runs, newest first", z.object({ runs: z.array(run) })) },
});

runsRouter.openapi(listRoute, async (c) =>
  c.json({ runs: await readRuns(c.var.ctx, c.req.valid("query").limit) }, 200),
);

const readRoute = defineRoute({
  method: "get",
  path: "/dbt/runs/{run_id}",
  summary: "Show a run of the dbt project and how each of its nodes ended",
  tags,
  access: read,
  request: {
    params: z.object({
      run_id: z
        .string()
        .max(100)
        .openapi({ description: "Id of the run's job", example: "job_20251209_103000_a1b2c3d4" }),
    }),
  },
  responses: {
    200: jsonResponse("The run; results so far while it runs", run.extend({ results: z.array(result) })),
    404: errorResponse("No such run"),
  },
});

runsRouter.openapi(readRoute, async (c) => c.json(await readRun(c.var.ctx, c.req.valid("param").run_id), 200));
