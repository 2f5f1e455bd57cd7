import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonBody, jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { listedSource, sourceChange, sourceDetails, sourceInput, sourceName } from "./source.schema.ts";
import { checkSource } from "./source-check.ts";
import { describeSourceTypes } from "./source-config.ts";
import { changeSource, createSource, deleteSource, getSourceDetails, listSources, replaceSource } from "./sources.ts";

const tags = ["Warehouse sources"];
const read = { domain: "warehouse", action: "read" } as const;
const write = { domain: "warehouse", action: "write" } as const;
const params = z.object({ source_name: sourceName });
const missing = { 404: errorResponse("No such source") };
const refused = { 400: errorResponse("A type or config that cannot be") };

export const sourcesRouter = createRouter({ validationStatus: 400 });

const listRoute = defineRoute({
  method: "get",
  path: "/sources",
  summary: "List the sources with how they are",
  tags,
  access: read,
  responses: { 200: jsonResponse("Every source, by name", z.array(listedSource)) },
});

sourcesRouter.openapi(listRoute, async (c) => c.json(await listSources(c.var.ctx), 200));

const typesRoute = defineRoute({
  method: "get",
  path: "/source-types",
  summary: "List the kinds of sources with the JSON Schema of their config",
  tags,
  access: read,
  responses: {
    200: jsonResponse(
      "Every kind, those that cannot run here with the reason",
      z.array(
        z.object({
          type: z.string().openapi({ example: "csv" }),
          group: z.string().openapi({ example: "local" }),
          title: z.string().openapi({ example: "CSV files" }),
          description: z.string().openapi({ example: "CSV files that are uploaded" }),
          available: z.boolean().openapi({ example: true }),
          unavailable_reason: z.string().nullable().openapi({ example: null }),
          config_schema: z.record(z.string(), z.unknown()).openapi({ example: { type: "object" } }),
        }),
      ),
    ),
  },
});

sourcesRouter.openapi(typesRoute, (c) => c.json(describeSourceTypes(), 200));

const createRoute = defineRoute({
  method: "post",
  path: "/sources",
  summary: "Add a source",
  tags,
  access: write,
  quota: "sources",
  audit: { entity_type: "source", action: "create", field: "name", notes: ["type", "enabled"] },
  request: { body: jsonBody(sourceInput) },
  responses: {
    201: jsonResponse("The new source", sourceDetails),
    ...refused,
    409: errorResponse("The name is taken"),
  },
});

sourcesRouter.openapi(createRoute, async (c) => c.json(await createSource(c.var.ctx, c.req.valid("json")), 201));

const detailsRoute = defineRoute({
  method: "get",
  path: "/sources/{source_name}/details",
  summary: "Show a source",
  tags,
  access: read,
  request: { params },
  responses: { 200: jsonResponse("The source", sourceDetails), ...missing },
});

sourcesRouter.openapi(detailsRoute, async (c) =>
  c.json(await getSourceDetails(c.var.ctx, c.req.valid("param").source_name), 200),
);

const replaceRoute = defineRoute({
  method: "put",
  path: "/sources/{source_name}",
  summary: "Replace a source's settings; name and type stay",
  tags,
  access: write,
  audit: { entity_type: "source", action: "update", names: ["source_name"], notes: ["type", "enabled"] },
  request: { params, body: jsonBody(sourceInput) },
  responses: { 200: jsonResponse("The source as it is now", sourceDetails), ...missing, ...refused },
});

sourcesRouter.openapi(replaceRoute, async (c) =>
  c.json(await replaceSource(c.var.ctx, c.req.valid("param").source_name, c.req.valid("json")), 200),
);

const changeRoute = defineRoute({
  method: "patch",
  path: "/sources/{source_name}",
  summary: "Change a source's settings",
  tags,
  access: write,
  audit: { entity_type: "source", action: "update", names: ["source_name"], notes: ["type", "enabled"] },
  request: { params, body: jsonBody(sourceChange) },
  responses: { 200: jsonResponse("The source as it is now", sourceDetails), ...missing, ...refused },
});

sourcesRouter.openapi(changeRoute, async (c) =>
  c.json(await changeSource(c.var.ctx, c.req.valid("param").source_name, c.req.valid("json")), 200),
);

const deleteRoute = defineRoute({
  method: "delete",
  path: "/sources/{source_name}",
  summary: "Delete a source",
  tags,
  access: write,
  audit: { entity_type: "source", action: "delete", names: ["source_name"] },
  request: {
    params,
    query: z.object({
      drop_tables: z
        .enum(["true", "false"])
        .default("false")
        .openapi({ description: "Whether its tables and files go too", example: "false" }),
    }),
  },
  responses: {
    200: jsonResponse(
      "It is gone",
      z.object({ success: z.literal(true), message: z.string().openapi({ example: "Source deleted: sales_data" }) }),
    ),
    ...missing,
  },
});

sourcesRouter.openapi(deleteRoute, async (c) => {
  const { source_name } = c.req.valid("param");
  await deleteSource(c.var.ctx, source_name, { drop_tables: c.req.valid("query").drop_tables === "true" });
  return c.json({ success: true as const, message: `Source deleted: ${source_name}` }, 200);
});

const checkRoute = defineRoute({
  method: "post",
  path: "/sources/{source_name}/check",
  summary: "Try whether a source can be reached with its credentials",
  tags,
  access: write,
  request: { params },
  responses: {
    200: jsonResponse(
      "Whether it connects",
      z.object({
        success: z.boolean().openapi({ example: true }),
        message: z.string().openapi({ example: "Connected" }),
        source_name: z.string().openapi({ example: "stripe_payments" }),
      }),
    ),
    ...missing,
  },
});

sourcesRouter.openapi(checkRoute, async (c) =>
  c.json(await checkSource(c.var.ctx, c.req.valid("param").source_name), 200),
);
