import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { fileHeadersSchema, fileRequest, fileResponses } from "../../platform/storage/file-request.schema.ts";
import { streamObject } from "../../platform/storage/stream-object.ts";
import { listFiles, removeFile, requireFile, uploadFile } from "./data-files.ts";
import { plotFile } from "./file-series.ts";
import { previewFile } from "./file-preview.ts";

const tags = ["Bank data"];

/** A person's own files. */
export const dataFilesRouter = createRouter();

const fileSchema = z
  .object({
    filename: z.string().openapi({ example: "data.csv" }),
    size_bytes: z.int().openapi({ example: 51_200 }),
    modified_ms: z.int().openapi({ example: 1_704_153_600_000 }),
  })
  .openapi("DataFile");

const params = z.object({
  filename: z
    .string()
    .openapi({ description: "Name of the file", param: { in: "path", name: "filename" }, example: "data.csv" }),
});

const values = z.array(z.unknown()).openapi({ example: [42, 43.5] });

const failures = {
  403: errorResponse("Pickles are not read here: `DESERIALIZATION_DISABLED`"),
  400: errorResponse("The name is none of a file here, or the file cannot be read: `DESERIALIZATION_ERROR`"),
  404: errorResponse("No such file: `FILE_NOT_FOUND`"),
  413: errorResponse("The file is too large to be read: `FILE_SIZE_EXCEEDED`"),
};

const listRoute = defineRoute({
  method: "get",
  path: "/data/list",
  summary: "List one's own files",
  tags,
  access: "account",
  request: {
    query: z.object({
      offset: z.coerce.number().int().min(0).default(0).openapi({ description: "Files to leave out", example: 0 }),
      limit: z.coerce.number().int().min(1).max(500).default(50).openapi({ description: "At most", example: 50 }),
    }),
  },
  responses: {
    200: jsonResponse(
      "A page of files by name",
      z.object({ files: z.array(fileSchema), total_count: z.int().openapi({ example: 3 }) }),
    ),
  },
});

dataFilesRouter.openapi(listRoute, async (c) => c.json(await listFiles(c.var.ctx, c.req.valid("query")), 200));

const uploadRoute = defineRoute({
  method: "post",
  path: "/data/files",
  summary: "Upload a file",
  description: "It stays byte for byte as it is sent.",
  tags,
  access: "account",
  upload: true,
  request: {
    body: {
      required: false,
      content: {
        // Described, not validated: a validator would hold the whole form in memory.
        "multipart/form-data": {
          schema: {
            type: "object",
            required: ["file"],
            properties: { file: { type: "string", format: "binary", description: "CSV, Parquet, JSON or pickle" } },
          },
        },
      },
    },
  },
  responses: {
    201: jsonResponse("Stored", fileSchema),
    400: errorResponse("No file may have this name: `INVALID_FILENAME`"),
    409: errorResponse("There is a file of this name: `FILE_EXISTS`"),
    413: errorResponse("Larger than UPLOAD_LIMIT_BYTES, or more than one's quota: `QUOTA_EXCEEDED`"),
  },
});

dataFilesRouter.openapi(uploadRoute, async (c) => c.json(await uploadFile(c.var.ctx, c.req.raw), 201));

const deleteRoute = defineRoute({
  method: "delete",
  path: "/data/files/{filename}",
  summary: "Delete a file",
  tags,
  access: "account",
  audit: { entity_type: "bank_file", action: "delete" },
  request: { params },
  responses: { 204: { description: "Deleted" }, 400: failures[400], 404: failures[404] },
});

dataFilesRouter.openapi(deleteRoute, async (c) => {
  await removeFile(c.var.ctx, c.req.valid("param").filename);
  return c.body(null, 204);
});

const previewRoute = defineRoute({
  method: "get",
  path: "/data/files/{filename}/preview",
  summary: "Show the first rows of a file",
  tags,
  access: "account",
  request: {
    params,
    query: z.object({
      rows: z.coerce.number().int().min(1).max(5000).default(200).openapi({ description: "At most", example: 200 }),
    }),
  },
  responses: {
    200: jsonResponse(
      "The first rows",
      z.object({
        preview: z.discriminatedUnion("type", [
          z.object({
            type: z.literal("dataframe").openapi({ example: "dataframe" }),
            columns: z
              .array(z.object({ name: z.string(), dtype: z.string() }))
              .openapi({ example: [{ name: "value", dtype: "float64" }] }),
            rows: z.array(z.record(z.string(), z.unknown())).openapi({ example: [{ date: "2025-01-01", value: 42 }] }),
            n_rows: z.int().openapi({ description: "Rows of the whole file", example: 1000 }),
          }),
          z.object({ type: z.literal("series"), index: values, values, n_rows: z.int().openapi({ example: 2 }) }),
          z.object({
            type: z.literal("ndarray"),
            shape: z.array(z.int()).openapi({ example: [2, 3] }),
            values,
            n_items: z.int().openapi({ example: 6 }),
          }),
          z.object({ type: z.literal("list"), sample: values, length: z.int().openapi({ example: 2 }) }),
          z.object({
            type: z.literal("dict"),
            sample_keys: z.array(z.string()).openapi({ example: ["a"] }),
            sample: z.record(z.string(), z.unknown()).openapi({ example: { a: 1 } }),
          }),
          z.object({ type: z.literal("unknown"), repr: z.string().openapi({ example: "None" }) }),
        ]),
      }),
    ),
    ...failures,
  },
});

dataFilesRouter.openapi(previewRoute, async (c) => {
  const { filename } = c.req.valid("param");
  return c.json({ preview: await previewFile(c.var.ctx, filename, c.req.valid("query").rows) }, 200);
});

const seriesRoute = defineRoute({
  method: "get",
  path: "/data/files/{filename}/series",
  summary: "Plot a column of a file",
  description: "Least and largest values of every stretch, and both ends, are kept where a line has too many points.",
  tags,
  access: "account",
  request: {
    params,
    query: z.object({
      y: z.string().min(1).openapi({ description: "A column of numbers", example: "value" }),
      x: z
        .string()
        .min(1)
        .optional()
        .openapi({ description: "The times, else row numbers, when absent", example: "date" }),
      max_points: z.coerce
        .number()
        .int()
        .min(10)
        .max(100_000)
        .default(10_000)
        .openapi({ description: "At most", example: 10_000 }),
    }),
  },
  responses: {
    200: jsonResponse(
      "The line",
      z.object({
        x: z.array(z.string()).openapi({ example: ["2025-01-01", "2025-01-02"] }),
        y: z.array(z.number()).openapi({ example: [42, 43.5] }),
        meta: z.object({
          y_column: z.string().openapi({ example: "value" }),
          x_column: z.string().nullable().openapi({ example: "date" }),
          n_points: z.int().openapi({ example: 2 }),
          total_points: z.int().openapi({ description: "Rows that have both values", example: 2 }),
        }),
      }),
    ),
    ...failures,
  },
});

dataFilesRouter.openapi(seriesRoute, async (c) => {
  const { filename } = c.req.valid("param");
  return c.json(await plotFile(c.var.ctx, filename, c.req.valid("query")), 200);
});

const streamRoute = defineRoute({
  method: "get",
  path: "/data/files/{filename}/stream",
  summary: "Download a file as it was stored",
  tags,
  access: "account",
  request: { params, headers: fileHeadersSchema },
  responses: { ...fileResponses("application/octet-stream"), 400: failures[400], 404: failures[404] },
});

dataFilesRouter.openapi(streamRoute, async (c) => {
  const { object_key: key, ...file } = await requireFile(c.var.ctx, c.req.valid("param").filename);
  return streamObject(c.var.ctx.lake, { key, ...file }, fileRequest(c.req.valid("header")));
});
