import { z } from "@hono/zod-openapi";
import { matchesEtag } from "../../platform/http/etag.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { listFeatures, pageFeatures } from "./feature.ts";
import { renderFeature, renderFeatureDataset } from "./feature-render.ts";
import { featureFields, featureFilterSchema } from "./feature.schema.ts";
import { manifestEtag } from "./list.ts";

const tags = ["Features"];
const read = { domain: "market-data", action: "read" } as const;
const { id, exchange, symbol, market, feature_set, version, path, checksum, created_at } = featureFields;
const featureSchema = z
  .object({ id, exchange, symbol, market, feature_set, version, path, checksum, created_at })
  .openapi("Feature");

/** The list of the core API: all features at once. */
export const featureListRouter = createRouter();

const listRoute = defineRoute({
  method: "get",
  path: "/features",
  summary: "List all features",
  tags,
  access: read,
  request: {
    query: featureFilterSchema,
    headers: z.object({
      "if-none-match": z.string().optional().openapi({ description: "ETag of the answer the caller has" }),
    }),
  },
  responses: {
    200: {
      description: "The features that match, by id",
      content: { "application/json": { schema: z.array(featureSchema) } },
    },
    304: { description: "Nothing has changed" },
  },
});

featureListRouter.openapi(listRoute, async (c) => {
  const { ctx } = c.var;
  const etag = await manifestEtag(ctx);
  c.header("ETag", etag);
  c.header("Cache-Control", "private, no-cache");
  if (matchesEtag(c.req.valid("header")["if-none-match"], etag)) return c.body(null, 304);
  const body = await listFeatures(ctx, c.req.valid("query"), renderFeature);
  return c.body(body, 200, { "Content-Type": "application/json" });
});

/** The list of the UI API: pages of features in the form of datasets. */
export const featurePageRouter = createRouter();

const pageRoute = defineRoute({
  method: "get",
  path: "/features",
  summary: "List features page by page, as datasets",
  tags,
  access: read,
  request: {
    query: featureFilterSchema.extend({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(1000)
        .default(100)
        .openapi({ description: "Features a page", example: 100 }),
      offset: z.coerce.number().int().min(0).default(0).openapi({ description: "Features to skip", example: 0 }),
    }),
  },
  responses: {
    200: {
      description: "A page of the features that match, by id, and how many match",
      content: {
        "application/json": {
          schema: z.object({
            datasets: z.array(
              z.object({
                id: z.string().openapi({ example: "123" }),
                exchange,
                symbol,
                market,
                timeframe: version.openapi({ description: "The version", example: "1.0.0" }),
                data_type: feature_set,
                file_path: path,
                file_size_bytes: featureFields.size_bytes,
                last_modified: created_at,
                time_from: z.null().openapi({ example: null }),
                time_to: z.null().openapi({ example: null }),
              }),
            ),
            total: z.int().openapi({ example: 1 }),
          }),
        },
      },
    },
  },
});

featurePageRouter.openapi(pageRoute, async (c) => {
  const { limit, offset, ...filter } = c.req.valid("query");
  const { features, total } = await pageFeatures(c.var.ctx, filter, { limit, offset });
  return c.json({ datasets: features.map(renderFeatureDataset), total }, 200);
});
