import { z } from "@hono/zod-openapi";
import { domainNames } from "../../config.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { errorResponse } from "../http/errors.ts";
import { cancelJob, getJob, pageJobs, retryJob } from "./control.ts";
import { renderJob } from "./render.ts";

const statuses = z.enum(["pending", "running", "completed", "failed", "cancelled"]);
const nullableTime = z.string().nullable().openapi({ example: "2024-01-15T10:32:15Z" });
const anyObject = z.record(z.string(), z.unknown());

export const jobSchema = z
  .object({
    id: z.string().openapi({ example: "job_1705314600000123" }),
    flow_run_id: z.string().openapi({ example: "0b8f3c1e-6a0c-4c53-9f5e-0e1f6b0d8a11" }),
    type: z.string().openapi({ example: "download" }),
    domain: z.string().openapi({ example: "market-data" }),
    status: statuses.openapi({ example: "completed" }),
    subject: z.string().nullable().openapi({ example: "download:BINANCE:SPOT:BTCUSDT:raw:1m" }),
    params: anyObject.openapi({ example: { exchange: "binance", symbol: "BTCUSDT" } }),
    progress: anyObject.openapi({ example: { fetched_rows: 44640 } }),
    results: anyObject.nullable().openapi({ example: { rows: 44640, files: 1 } }),
    errors: z.array(z.string()).openapi({ example: [] }),
    attempts: z.number().int().openapi({ example: 3 }),
    created_at: z.string().nullable().openapi({ example: "2024-01-15T10:30:00Z" }),
    started_at: nullableTime,
    completed_at: nullableTime,
    next_attempt_at: nullableTime.openapi({ example: null }),
    created_by: z.string().nullable().openapi({ example: null }),
  })
  .openapi("Job");

const jobId = z.object({
  job_id: z
    .string()
    .max(64)
    .openapi({ description: "The job's id, or its flow run id", example: "job_1705314600000123" }),
});

const oneJob = (description: string) => ({
  description,
  content: { "application/json": { schema: jobSchema } },
});

const notFoundResponse = { 404: errorResponse("No such job, or not one you may see") };

export const jobsRouter = createRouter();

const listRoute = defineRoute({
  method: "get",
  path: "/jobs",
  summary: "List jobs, newest first",
  tags: ["Jobs"],
  access: "caller",
  request: {
    query: z.object({
      type: z.string().max(64).optional().openapi({ description: "Only jobs of this type", example: "download" }),
      status: statuses.optional().openapi({ description: "Only jobs in this state", example: "running" }),
      domain: domainNames.optional().openapi({ description: "Only jobs of this domain", example: "market-data" }),
      limit: z.coerce.number().int().min(1).max(500).default(50).openapi({ description: "Jobs per page", example: 50 }),
      cursor: z
        .string()
        .max(64)
        .optional()
        .openapi({ description: "`next_cursor` of the page before", example: "job_1705314600000123" }),
    }),
  },
  responses: {
    200: {
      description: "A page of jobs",
      content: {
        "application/json": {
          schema: z.object({
            jobs: z.array(jobSchema),
            total: z.number().int().openapi({ example: 1 }),
            next_cursor: z.string().nullable().openapi({ example: null }),
          }),
        },
      },
    },
  },
});

jobsRouter.openapi(listRoute, async (c) => {
  const { limit, cursor, ...filter } = c.req.valid("query");
  const page = await pageJobs(c.var.ctx, { ...filter, after: cursor }, limit);
  return c.json({ ...page, jobs: page.jobs.map(renderJob) }, 200);
});

const getRoute = defineRoute({
  method: "get",
  path: "/jobs/{job_id}",
  summary: "Show a job",
  tags: ["Jobs"],
  access: "caller",
  request: { params: jobId },
  responses: { 200: oneJob("The job"), ...notFoundResponse },
});

jobsRouter.openapi(getRoute, async (c) => {
  const job = await getJob(c.var.ctx, c.req.valid("param").job_id);
  return c.json(renderJob(job), 200);
});

const conflictResponse = { 409: errorResponse("The job's state does not allow it") };

const cancelRoute = defineRoute({
  method: "post",
  path: "/jobs/{job_id}/cancel",
  summary: "Cancel a live job; what it has committed stays",
  tags: ["Jobs"],
  access: "caller",
  request: { params: jobId },
  responses: { 200: oneJob("The cancelled job"), ...notFoundResponse, ...conflictResponse },
});

jobsRouter.openapi(cancelRoute, async (c) => {
  const job = await cancelJob(c.var.ctx, c.req.valid("param").job_id);
  return c.json(renderJob(job), 200);
});

const retryRoute = defineRoute({
  method: "post",
  path: "/jobs/{job_id}/retry",
  summary: "Start a failed or cancelled job again from its last commit",
  tags: ["Jobs"],
  access: "caller",
  idempotent: true,
  request: { params: jobId },
  responses: { 200: oneJob("The job, pending again"), ...notFoundResponse, ...conflictResponse },
});

jobsRouter.openapi(retryRoute, async (c) => {
  const job = await retryJob(c.var.ctx, c.req.valid("param").job_id);
  return c.json(renderJob(job), 200);
});
