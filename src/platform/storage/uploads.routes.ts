import { z } from "@hono/zod-openapi";
import { errorResponse } from "../http/errors.ts";
import { createRouter, defineRoute } from "../http/router.ts";
import { completeUpload, createUpload, deleteUpload, getUpload, putPart } from "./uploads.ts";
import { EXAMPLE_ID, EXAMPLE_SHA256, partSize, renderUpload, uploadId, uploadSchema } from "./uploads.schema.ts";

const MOST_PARTS = 10_000;
const tags = ["Uploads"];
const oneUpload = (description: string) => ({
  description,
  content: { "application/json": { schema: uploadSchema } },
});

const notFoundResponse = { 404: errorResponse("No such upload of this caller") };
const params = z.object({ upload_id: uploadId });

export const uploadsRouter = createRouter();

const createUploadRoute = defineRoute({
  method: "post",
  path: "/uploads",
  summary: "Begin to upload a file in parts",
  description:
    "For files larger than a request may be. Send parts of 8 MiB in any order, again where one failed, then complete. An upload left alone for 24 h is removed.",
  tags,
  access: "caller",
  request: {
    body: {
      content: {
        "application/json": {
          schema: z.object({
            filename: z
              .string()
              .min(1)
              .max(255)
              .openapi({ description: "Without folders", example: "BTCUSDT_2024.csv" }),
            size_bytes: z.int().min(1).optional().openapi({
              description: "Size of the whole file, so that each part can be checked",
              example: 104_857_600,
            }),
            purpose: z
              .enum(["market-data", "warehouse", "instruments"])
              .default("market-data")
              .openapi({ description: "Domain that the file is for", example: "market-data" }),
          }),
        },
      },
    },
  },
  responses: { 201: oneUpload("The upload, without parts"), 413: errorResponse("The file is too large") },
});

uploadsRouter.openapi(createUploadRoute, async (c) => {
  const upload = await createUpload(c.var.ctx, c.req.valid("json"));
  return c.json(renderUpload({ upload, parts: [] }, c.var.ctx.config.UPLOAD_RETENTION_HOURS), 201);
});

const getUploadRoute = defineRoute({
  method: "get",
  path: "/uploads/{upload_id}",
  summary: "Show which parts of an upload are there",
  tags,
  access: "caller",
  request: { params },
  responses: { 200: oneUpload("The upload"), ...notFoundResponse },
});

uploadsRouter.openapi(getUploadRoute, async (c) => {
  const found = await getUpload(c.var.ctx, c.req.valid("param").upload_id);
  return c.json(renderUpload(found, c.var.ctx.config.UPLOAD_RETENTION_HOURS), 200);
});

const putPartRoute = defineRoute({
  method: "put",
  path: "/uploads/{upload_id}/parts/{part}",
  summary: "Send a part, or send it again",
  tags,
  access: "caller",
  upload: true,
  request: {
    params: params.extend({
      part: z.coerce.number().int().min(1).max(MOST_PARTS).openapi({ description: "Counted from 1", example: 1 }),
    }),
    body: { content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } } },
  },
  responses: {
    200: {
      description: "The part is stored",
      content: {
        "application/json": {
          schema: z.object({
            upload_id: z.string().openapi({ example: EXAMPLE_ID }),
            part: z.int().openapi({ example: 1 }),
            size_bytes: partSize,
            sha256: z.string().openapi({ description: "Of this part", example: EXAMPLE_SHA256 }),
          }),
        },
      },
    },
    ...notFoundResponse,
    409: errorResponse("The parts have been joined already"),
    413: errorResponse("The part is larger than 8 MiB, or the file too large"),
  },
});

uploadsRouter.openapi(putPartRoute, async (c) => {
  const { upload_id, part } = c.req.valid("param");
  return c.json(await putPart(c.var.ctx, { id: upload_id, part, request: c.req.raw }), 200);
});

const completeUploadRoute = defineRoute({
  method: "post",
  path: "/uploads/{upload_id}/complete",
  summary: "Join the parts into a file to use",
  description:
    "The file can then be named by `upload_id` or `source_path` wherever a file is taken, once, within 24 h.",
  tags,
  access: "caller",
  request: {
    params,
    body: {
      required: false,
      content: {
        "application/json": {
          schema: z.object({
            sha256: z
              .string()
              .regex(/^[0-9a-fA-F]{64}$/, "must be 64 hexadecimal digits")
              .optional()
              .openapi({ description: "Checksum that the file must have", example: EXAMPLE_SHA256 }),
          }),
        },
      },
    },
  },
  responses: { 200: oneUpload("The completed upload"), ...notFoundResponse },
});

uploadsRouter.openapi(completeUploadRoute, async (c) => {
  const found = await completeUpload(c.var.ctx, c.req.valid("param").upload_id, c.req.valid("json"));
  return c.json(renderUpload(found, c.var.ctx.config.UPLOAD_RETENTION_HOURS), 200);
});

const deleteUploadRoute = defineRoute({
  method: "delete",
  path: "/uploads/{upload_id}",
  summary: "Give an upload up and remove its bytes",
  tags,
  access: "caller",
  audit: { entity_type: "upload", action: "delete", names: ["upload_id"] },
  request: { params },
  responses: { 204: { description: "Gone" }, ...notFoundResponse },
});

uploadsRouter.openapi(deleteUploadRoute, async (c) => {
  await deleteUpload(c.var.ctx, c.req.valid("param").upload_id);
  return c.body(null, 204);
});
