import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { deleteFeature, downloadFeature, getFeature, listFeatureSets } from "./feature.ts";
import { seriesFilterSchema } from "./feature-list.routes.ts";
import { renderFeatureDetails } from "./feature-render.ts";
import { uploadFeature } from "./feature-upload.ts";

const tags = ["Features"];
const read = { domain: "market-data", action: "read" } as const;
const write = { domain: "market-data", action: "write" } as const;

const params = z.object({
  feature_id: z
    .string()
    .regex(/^-?\d{1,15}$/, "must be an integer")
    .transform(Number)
    .openapi({ type: "integer", description: "Id of the feature", example: 123 }),
});

const notFoundResponse = { 404: errorResponse("No such feature; ids of market data are none") };
const status = z.literal("success").openapi({ example: "success" });

/** The routes that are the same in both APIs of the document. */
export const featureRouter = createRouter();

const setsRoute = defineRoute({
  method: "get",
  path: "/features/sets",
  summary: "List feature sets with their versions, newest first",
  tags,
  access: read,
  request: { query: seriesFilterSchema },
  responses: {
    200: {
      description: "A set for each series that has one",
      content: {
        "application/json": {
          schema: z.object({
            feature_sets: z.array(
              z.object({
                name: z.string().openapi({ example: "rsi_indicators" }),
                exchange: z.string().openapi({ example: "BINANCE" }),
                symbol: z.string().openapi({ example: "BTCUSDT" }),
                market: z.string().openapi({ example: "SPOT" }),
                versions: z.array(z.string()).openapi({ example: ["2.0.0", "1.0.0"] }),
              }),
            ),
          }),
        },
      },
    },
  },
});

featureRouter.openapi(setsRoute, async (c) => {
  return c.json({ feature_sets: await listFeatureSets(c.var.ctx, c.req.valid("query")) }, 200);
});

const text = z.string().max(200).optional();

const uploadRoute = defineRoute({
  method: "post",
  path: "/features/upload",
  summary: "Upload a file of features",
  description:
    "A form with the file, before or after its fields; the fields can be query parameters instead. The same exchange, market, symbol, set, version and file name replace the bytes and keep the id.",
  tags,
  access: write,
  upload: true,
  request: {
    query: z.object({
      exchange: text.openapi({ description: "Instead of the field", example: "BINANCE" }),
      market: text.openapi({ description: "Instead of the field", example: "SPOT" }),
      symbol: text.openapi({ description: "Instead of the field", example: "BTCUSDT" }),
      feature_set: text.openapi({ description: "Instead of the field", example: "rsi_indicators" }),
      version: text.openapi({ description: "Instead of the field; `1.0.0` when absent", example: "1.0.0" }),
      upload_id: z.uuid().optional().openapi({ description: "A completed upload, used up as the file" }),
    }),
    body: {
      required: false,
      content: {
        // Described, not validated: a validator would hold the whole form in memory.
        "multipart/form-data": {
          schema: {
            type: "object",
            required: ["file", "exchange", "market", "symbol", "feature_set"],
            properties: {
              file: { type: "string", format: "binary", description: "Any format" },
              exchange: { type: "string", example: "BINANCE" },
              market: { type: "string", example: "SPOT" },
              symbol: { type: "string", example: "BTCUSDT" },
              feature_set: { type: "string", description: "Name of the set", example: "rsi_indicators" },
              version: { type: "string", default: "1.0.0", example: "1.0.0" },
              upload_id: { type: "string", format: "uuid", description: "Instead of `file`: a completed upload" },
            },
          },
        },
      },
    },
  },
  responses: {
    200: {
      description: "Stored",
      content: {
        "application/json": {
          schema: z.object({
            status,
            version: z.string().openapi({ example: "1.0.0" }),
            message: z.string().openapi({ example: "Feature rsi_indicators v1.0.0 uploaded successfully" }),
          }),
        },
      },
    },
    413: errorResponse("The file is larger than UPLOAD_LIMIT_BYTES"),
  },
});

featureRouter.openapi(uploadRoute, async (c) => {
  const { feature_set, version } = await uploadFeature(c.var.ctx, c.req.raw, c.req.valid("query"));
  const message = `Feature ${feature_set} v${version} uploaded successfully`;
  return c.json({ status: "success" as const, version, message }, 200);
});

const getRoute = defineRoute({
  method: "get",
  path: "/features/{feature_id}",
  summary: "Show a feature",
  tags,
  access: read,
  request: { params },
  responses: {
    200: {
      description: "The feature",
      content: {
        "application/json": {
          schema: z
            .object({
              id: z.int().openapi({ example: 123 }),
              exchange: z.string().openapi({ example: "BINANCE" }),
              symbol: z.string().openapi({ example: "BTCUSDT" }),
              market: z.string().openapi({ example: "SPOT" }),
              feature_set: z.string().openapi({ example: "rsi_indicators" }),
              version: z.string().openapi({ example: "1.0.0" }),
              file_path: z
                .string()
                .openapi({ example: "data/features/rsi_indicators/1.0.0/BINANCE/SPOT/BTCUSDT/features.parquet" }),
              file_size_bytes: z.int().openapi({ example: 1_024_000 }),
              checksum: z.string().openapi({
                description: "SHA-256 in hex",
                example: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
              }),
              created_at: z.string().openapi({ description: "UTC", example: "2024-01-15T10:30:00" }),
            })
            .openapi("FeatureDetails"),
        },
      },
    },
    ...notFoundResponse,
  },
});

featureRouter.openapi(getRoute, async (c) => {
  return c.json(renderFeatureDetails(await getFeature(c.var.ctx, c.req.valid("param").feature_id)), 200);
});

const downloadRoute = defineRoute({
  method: "get",
  path: "/features/{feature_id}/download",
  summary: "Download a feature's file, whole or a range of it",
  tags,
  access: read,
  request: {
    params,
    headers: z.object({
      range: z.string().optional().openapi({ description: "One range of bytes", example: "bytes=0-1023" }),
      "if-range": z.string().optional().openapi({ description: "ETag that the range is of" }),
      "if-none-match": z.string().optional().openapi({ description: "ETag of the file the caller has" }),
    }),
  },
  responses: {
    200: {
      description: "The file",
      content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
    },
    206: {
      description: "The range",
      content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
    },
    304: { description: "The caller's file is still right" },
    ...notFoundResponse,
    416: errorResponse("The file has no such bytes"),
  },
});

featureRouter.openapi(downloadRoute, async (c) => {
  const { range, "if-range": if_range, "if-none-match": if_none_match } = c.req.valid("header");
  return downloadFeature(c.var.ctx, c.req.valid("param").feature_id, { range, if_range, if_none_match });
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/features/{feature_id}",
  summary: "Delete a feature and its file",
  tags,
  access: write,
  request: { params },
  responses: {
    200: {
      description: "Deleted",
      content: {
        "application/json": {
          schema: z.object({
            status,
            message: z.string().openapi({ example: "Feature rsi_indicators v1.0.0 deleted" }),
          }),
        },
      },
    },
    ...notFoundResponse,
  },
});

featureRouter.openapi(deleteRoute, async (c) => {
  const { feature_set, version } = await deleteFeature(c.var.ctx, c.req.valid("param").feature_id);
  return c.json({ status: "success" as const, message: `Feature ${feature_set} v${version} deleted` }, 200);
});
