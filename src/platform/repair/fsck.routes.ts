import { z } from "@hono/zod-openapi";
import { notFound } from "../../errors.ts";
import { errorResponse } from "../http/errors.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { jobSchema } from "../jobs/jobs.routes.ts";
import { isoTime, renderJob } from "../jobs/render.ts";
import { startJob } from "../jobs/start.ts";
import { FSCK_SUBJECT, fsckKind } from "./fsck-kind.ts";
import { findLastRun } from "./fsck.store.ts";

const countSchema = z.object({
  found: z.number().int().openapi({ example: 2 }),
  repaired: z.number().int().openapi({ description: "Of those; 0 where nothing was to be repaired", example: 2 }),
});

/** What a completed check has left in its job's results. */
export const fsckResultsSchema = z.object({
  repair: z.boolean().openapi({ description: "Whether it was asked to repair", example: false }),
  looked_at: z
    .record(z.string(), z.number().int())
    .openapi({ description: "Rows, objects and files, by check", example: { names: 812, bucket: 1204 } }),
  counts: z.record(z.string(), countSchema).openapi({
    description: "By kind; none when all is well",
    example: { "object-unnamed": { found: 2, repaired: 2 } },
  }),
  findings: z
    .array(
      z.object({
        kind: z.string().openapi({ example: "object-unnamed" }),
        key: z.string().openapi({
          description: "What it is about; names of files that people gave are left out",
          example: "data/BINANCE/SPOT/BTCUSDT/raw/1m/2024/01/BTCUSDT_1m_202401.parquet.0011223344556677",
        }),
        detail: z.string().openapi({ example: "Nothing names its 1200 bytes" }),
        repaired: z.boolean().openapi({ example: true }),
      }),
    )
    .openapi({ description: "At most 50 of each kind" }),
});

const reportSchema = fsckResultsSchema
  .extend({
    job_id: z.string().openapi({ example: "job_1705314600000123" }),
    started_at: z.string().nullable().openapi({ example: "2024-01-15T03:00:10Z" }),
    completed_at: z.string().nullable().openapi({ example: "2024-01-15T03:02:41Z" }),
  })
  .openapi("StorageReport");

export const fsckRouter = createRouter();

const startRoute = defineRoute({
  method: "post",
  path: "/admin/fsck",
  summary: "Compare what is stored with what is known of it",
  description:
    "Objects, the rows that name them, their checksums, uploads in parts, the coverage of market data and the warehouse's tables. Nothing is changed unless `repair` is `true`.",
  tags: ["Administration"],
  access: "admin",
  audit: { entity_type: "storage_check", action: "create", options: ["repair"] },
  idempotent: true,
  request: {
    query: z.object({
      repair: z
        .enum(["true", "false"])
        .default("false")
        .openapi({ description: "Whether to repair what can safely be repaired", example: "false" }),
    }),
  },
  responses: {
    202: { description: "The job", content: { "application/json": { schema: jobSchema } } },
    409: errorResponse("A check is under way"),
  },
});

fsckRouter.openapi(startRoute, async (c) => {
  const repair = c.req.valid("query").repair === "true";
  const job = await startJob(c.var.ctx, fsckKind, { repair }, { subject: FSCK_SUBJECT });
  return c.json(renderJob(job), 202);
});

const showRoute = defineRoute({
  method: "get",
  path: "/admin/fsck",
  summary: "Show what the last completed check of the storage has found",
  tags: ["Administration"],
  access: "admin",
  responses: {
    200: { description: "The report", content: { "application/json": { schema: reportSchema } } },
    404: errorResponse("No check has been completed"),
  },
});

fsckRouter.openapi(showRoute, async (c) => {
  const [job] = await findLastRun(c.var.ctx.db);
  if (!job) throw notFound("No check of the storage has been completed");
  const { id: job_id, started_at, completed_at } = job;
  const times = { started_at: isoTime(started_at), completed_at: isoTime(completed_at) };
  return c.json({ job_id, ...times, ...fsckResultsSchema.parse(job.results) }, 200);
});
