import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { fileHeadersSchema, fileRequest, fileResponses } from "../../platform/storage/file-request.schema.ts";
import { downloadFeature } from "./feature.ts";
import { featureId, noFeature } from "./feature.schema.ts";
import { uploadFeature } from "./feature-upload.ts";

const tags = ["Features"];
const read = { domain: "market-data", action: "read" } as const;
const write = { domain: "market-data", action: "write" } as const;

/** The files of features, in both APIs of the document. */
export const featureFileRouter = createRouter();

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
            status: z.literal("success").openapi({ example: "success" }),
            version: z.string().openapi({ example: "1.0.0" }),
            message: z.string().openapi({ example: "Feature rsi_indicators v1.0.0 uploaded successfully" }),
          }),
        },
      },
    },
    413: errorResponse("The file is larger than UPLOAD_LIMIT_BYTES"),
  },
});

featureFileRouter.openapi(uploadRoute, async (c) => {
  const { feature_set, version } = await uploadFeature(c.var.ctx, c.req.raw, c.req.valid("query"));
  const message = `Feature ${feature_set} v${version} uploaded successfully`;
  return c.json({ status: "success" as const, version, message }, 200);
});

const downloadRoute = defineRoute({
  method: "get",
  path: "/features/{feature_id}/download",
  summary: "Download a feature's file, whole or a range of it",
  tags,
  access: read,
  request: { params: z.object({ feature_id: featureId }), headers: fileHeadersSchema },
  responses: { ...fileResponses("application/octet-stream"), ...noFeature },
});

featureFileRouter.openapi(downloadRoute, (c) =>
  downloadFeature(c.var.ctx, c.req.valid("param").feature_id, fileRequest(c.req.valid("header"))),
);
