import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../../platform/http/errors.ts";
import { jsonResponse } from "../../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../../platform/http/router.ts";
import { cleanTables } from "./clean.ts";
import { listModels, runModel } from "./models.ts";

const tags = ["Warehouse models"];
const read = { domain: "warehouse", action: "read" } as const;
const write = { domain: "warehouse", action: "write" } as const;
const flag = z.enum(["true", "false", "1", "0"]);
const isTrue = (text: string) => ["true", "1"].includes(text);
const unique_id = z.string().openapi({ example: "model.shop.customer_metrics" });
const schema = z.string().openapi({ example: "marts" });
const row_count = z.int().openapi({ example: 1523 });

export const modelsRouter = createRouter({ validationStatus: 400 });

const listRoute = defineRoute({
  method: "get",
  path: "/dbt/models",
  summary: "List the dbt models and how they are",
  tags,
  access: read,
  responses: {
    200: jsonResponse(
      "The models, by schema and name",
      z.object({
        models: z.array(
          z
            .object({
              name: z.string().openapi({ description: "Name of the model", example: "customer_metrics" }),
              unique_id,
              path: z.string().openapi({ example: "models/marts/customer_metrics.sql" }),
              description: z.string().openapi({ example: "Customer-level aggregations" }),
              database: z.string().openapi({ example: "warehouse" }),
              schema,
              depends_on: z.array(z.string()).openapi({ example: ["stg_stripe_charges", "stg_stripe_customers"] }),
              depends_on_ids: z.array(z.string()).openapi({ example: ["model.shop.stg_stripe_charges"] }),
              materialization: z.string().openapi({ example: "table" }),
              tags: z.array(z.string()).openapi({ example: [] }),
              row_count: row_count.nullable(),
              last_run: z.string().nullable().openapi({ example: "2025-12-09T10:30:00Z" }),
              status: z.string().nullable().openapi({
                description: "`success`, `error` or `skipped`; null when it has never run",
                example: "success",
              }),
              error: z.string().nullable().openapi({ description: "Its first 200 characters", example: null }),
            })
            .openapi("DbtModel"),
        ),
        vanished: z
          .array(z.object({ schema, name: z.string(), row_count, unique_id }))
          .openapi({ description: "Tables that no model or seed of the project builds any more", example: [] }),
      }),
    ),
  },
});

modelsRouter.openapi(listRoute, async (c) => c.json(await listModels(c.var.ctx), 200));

const runRoute = defineRoute({
  method: "post",
  path: "/dbt/models/{model_name}/run",
  summary: "Run a dbt model",
  tags,
  access: write,
  idempotent: true,
  request: {
    params: z.object({
      model_name: z.string().min(1).max(256).openapi({ description: "Name of the model", example: "customer_metrics" }),
    }),
    query: z.object({
      cascade: flag.default("true").openapi({ description: "Whether models built on it run, too", example: "true" }),
      full_refresh: flag
        .default("false")
        .openapi({ description: "Whether incremental models are built anew", example: "false" }),
    }),
  },
  responses: {
    200: jsonResponse(
      "It has started",
      z.object({
        success: z.literal(true),
        message: z.string().openapi({ example: "dbt model 'customer_metrics' run started" }),
        model_name: z.string().openapi({ example: "customer_metrics" }),
        started_at: z.string().openapi({ example: "2025-12-09T10:30:00Z" }),
        job_id: z
          .string()
          .openapi({ description: "For `GET /jobs/{job_id}` and `GET /api/dbt/runs/{run_id}`", example: "job_1" }),
      }),
    ),
    404: errorResponse("No such model"),
    409: errorResponse("A run is under way, and was for five minutes"),
  },
});

modelsRouter.openapi(runRoute, async (c) => {
  const { model_name } = c.req.valid("param");
  const { cascade, full_refresh } = c.req.valid("query");
  const options = { cascade: isTrue(cascade), full_refresh: isTrue(full_refresh) };
  const started = await runModel(c.var.ctx, model_name, options);
  const message = `dbt model '${model_name}' run started`;
  return c.json({ success: true as const, message, model_name, ...started }, 200);
});

const cleanRoute = defineRoute({
  method: "post",
  path: "/dbt/clean",
  summary: "Drop the tables that no model or seed of the project builds any more",
  tags,
  access: write,
  responses: {
    200: jsonResponse(
      "They are gone",
      z.object({ dropped: z.array(z.string()).openapi({ example: ["marts.old_metrics"] }) }),
    ),
    409: errorResponse("A run is under way, or the project has problems"),
  },
});

modelsRouter.openapi(cleanRoute, async (c) => c.json({ dropped: await cleanTables(c.var.ctx) }, 200));
