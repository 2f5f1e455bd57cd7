import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { answerSchema } from "./query.routes.ts";
import { previewTable, readTables } from "./tables-list.ts";

const tags = ["Warehouse tables"];
const access = { domain: "warehouse", action: "read" } as const;
const part = z.string().min(1).max(120);

const table = z
  .object({
    schema: z.string().openapi({ example: "raw_shop" }),
    name: z.string().openapi({ example: "orders" }),
    sql_name: z.string().openapi({ description: "What SQL reads it by", example: "raw_shop__orders" }),
    owner_kind: z.string().openapi({ description: "`source` or `model`", example: "source" }),
    owner: z.string().openapi({ description: "What fills it", example: "shop" }),
    columns: z
      .array(z.object({ name: z.string(), type: z.string() }))
      .openapi({ example: [{ name: "id", type: "integer" }] }),
    row_count: z.int().nullable().openapi({ description: "Null for a view", example: 1523 }),
    updated_at: z.string().openapi({ example: "2025-12-09T08:00:00Z" }),
  })
  .openapi("WarehouseTable");

export const tablesListRouter = createRouter({ validationStatus: 400 });

const listRoute = defineRoute({
  method: "get",
  path: "/tables",
  summary: "List the tables that SQL can read",
  tags,
  access,
  request: {
    query: z.object({
      schema: part.optional().openapi({ description: "Only this schema's", example: "raw_shop" }),
      limit: z.coerce.number().int().min(1).max(1000).default(100).openapi({ description: "At most", example: 100 }),
      cursor: z.coerce
        .number()
        .int()
        .nonnegative()
        .optional()
        .openapi({ description: "`next_cursor` of the page before", example: 100 }),
    }),
  },
  responses: {
    200: jsonResponse(
      "A page, by schema and name",
      z.object({
        tables: z.array(table),
        total: z.int().openapi({ example: 1 }),
        next_cursor: z.int().nullable().openapi({ example: null }),
      }),
    ),
  },
});

tablesListRouter.openapi(listRoute, async (c) => c.json(await readTables(c.var.ctx, c.req.valid("query")), 200));

const previewRoute = defineRoute({
  method: "get",
  path: "/tables/{schema}/{name}/preview",
  summary: "Show the first rows of a table",
  tags,
  access,
  request: {
    params: z.object({
      schema: part.openapi({ description: "Its schema", example: "raw_shop" }),
      name: part.openapi({ description: "Its name within the schema", example: "orders" }),
    }),
    query: z.object({
      limit: z.coerce.number().int().min(1).max(1000).default(50).openapi({ description: "At most", example: 50 }),
    }),
  },
  responses: { 200: jsonResponse("The rows", answerSchema), 404: errorResponse("No such table") },
});

tablesListRouter.openapi(previewRoute, async (c) => {
  const input = { ...c.req.valid("param"), ...c.req.valid("query") };
  return c.json(await previewTable(c.var.ctx, input), 200);
});
