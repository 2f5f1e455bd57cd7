import { z } from "@hono/zod-openapi";
import { matchesEtag } from "../../platform/http/etag.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { listFeatures, pageFeatures } from "./feature.ts";
import { renderFeature, renderFeatureDataset } from "./feature-render.ts";
import { manifestEtag } from "./list.ts";

const tags = ["Features"];
const read = { domain: "market-data", action: "read" } as const;
const text = z.string().trim().min(1).max(200).optional();

export const seriesFilterSchema = z.object({
  exchange: text.openapi({ description: "Id of the exchange", example: "BINANCE" }),
  symbol: text.openapi({ description: "Matched by letters and digits: `BTC/USDT` is `BTCUSDT`", example: "BTCUSDT" }),
  market: text.openapi({ description: "Market, in any spelling", example: "SPOT" }),
});

const filterSchema = seriesFilterSchema.extend({
  feature_set: text.openapi({ description: "Name of the set", example: "rsi_indicators" }),
  version: text.openapi({ description: "Version, as it was uploaded", example: "1.0.0" }),
});

const path = z.string().openapi({
  example: "data/features/rsi_indicators/1.0.0/BINANCE/SPOT/BTCUSDT/features.parquet",
});

const featureSchema = z
  .object({
    id: z.int().openapi({ example: 123 }),
    exchange: z.string().openapi({ example: "BINANCE" }),
    symbol: z.string().openapi({ example: "BTCUSDT" }),
    market: z.string().openapi({ example: "SPOT" }),
    feature_set: z.string().openapi({ example: "rsi_indicators" }),
    version: z.string().openapi({ example: "1.0.0" }),
    path,
    checksum: z.string().openapi({
      description: "SHA-256 in hex",
      example: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    }),
    created_at: z.string().openapi({ description: "UTC", example: "2024-01-15T10:30:00" }),
  })
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
    query: filterSchema,
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
    query: filterSchema.extend({
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
                exchange: z.string().openapi({ example: "BINANCE" }),
                symbol: z.string().openapi({ example: "BTCUSDT" }),
                market: z.string().openapi({ example: "SPOT" }),
                timeframe: z.string().openapi({ description: "The version", example: "1.0.0" }),
                data_type: z.string().openapi({ description: "The feature set", example: "rsi_indicators" }),
                file_path: path,
                file_size_bytes: z.int().openapi({ example: 1_024_000 }),
                last_modified: z.string().openapi({ description: "UTC", example: "2024-01-15T10:30:00" }),
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
