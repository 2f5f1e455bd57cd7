import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { EXAMPLE_ID } from "../../platform/storage/uploads.schema.ts";
import { deleteSourceFile, listRejectedRows, listSourceFiles, uploadCsv } from "./csv-files.ts";
import { sourceName } from "./source.schema.ts";

const tags = ["Warehouse CSV files"];
const read = { domain: "warehouse", action: "read" } as const;
const write = { domain: "warehouse", action: "write" } as const;
const params = z.object({ source_name: sourceName });
const refused = { 400: errorResponse("Not a CSV source, or not a CSV file"), 404: errorResponse("No such source") };
const path = z.string().openapi({ example: "/data/uploads/sales/sales_2024.csv" });
const name = z.string().openapi({ example: "sales_2024.csv" });

export const csvFilesRouter = createRouter({ validationStatus: 400 });

const uploadRoute = defineRoute({
  method: "post",
  path: "/sources/{source_name}/upload-csv",
  summary: "Upload a CSV file",
  tags,
  access: write,
  quota: "jobs",
  upload: true,
  request: {
    params,
    query: z.object({
      trigger_sync: z
        .enum(["true", "false", "1", "0"])
        .default("false")
        .openapi({ description: "Whether a sync starts at once", example: "false" }),
    }),
    body: {
      required: false,
      content: {
        // Described, not validated: a validator would hold the whole form in memory.
        "multipart/form-data": {
          schema: {
            type: "object",
            properties: {
              upload_id: {
                type: "string",
                description: "Instead of a file: a completed upload of `POST /uploads`",
                example: EXAMPLE_ID,
              },
              file: {
                type: "string",
                format: "binary",
                description:
                  "The CSV file, which may be packed by gzip; sources of local_files take JSON, JSON Lines and Parquet too",
              },
            },
          },
        },
      },
    },
  },
  responses: {
    200: jsonResponse(
      "It is stored",
      z.object({
        success: z.literal(true),
        message: z.string().openapi({ example: "CSV uploaded successfully: sales_2024.csv" }),
        source_name: z.string().openapi({ example: "sales_data" }),
        file_path: path,
        file_name: name,
        auto_sync: z.boolean().openapi({ description: "Whether a sync follows", example: true }),
      }),
    ),
    ...refused,
    409: errorResponse("A file of this name is there"),
  },
});

csvFilesRouter.openapi(uploadRoute, async (c) => {
  const { source_name } = c.req.valid("param");
  const trigger_sync = ["true", "1"].includes(c.req.valid("query").trigger_sync);
  const file = await uploadCsv(c.var.ctx, c.req.raw, { name: source_name, trigger_sync });
  const message = `CSV uploaded successfully: ${file.filename}`;
  const stored = { source_name, file_path: file.path, file_name: file.filename, auto_sync: file.auto_sync };
  return c.json({ success: true as const, message, ...stored }, 200);
});

const listRoute = defineRoute({
  method: "get",
  path: "/sources/{source_name}/csv-files",
  summary: "List a source's CSV files with what of them is loaded",
  tags,
  access: read,
  request: { params },
  responses: {
    200: jsonResponse(
      "The files",
      z.object({
        source_name: z.string().openapi({ example: "sales_data" }),
        directory: z.string().openapi({ example: "data/uploads/sales" }),
        file_pattern: z.string().openapi({ example: "*.csv" }),
        files: z.array(
          z.object({
            filename: name,
            path,
            size: z.int().nullable().openapi({ example: 102400 }),
            modified: z.string().nullable().openapi({ example: "2025-12-09T08:00:00Z" }),
            on_disk: z.boolean().openapi({ example: true }),
            loaded: z.boolean().openapi({ example: true }),
            rows_loaded: z.int().nullable().openapi({ example: 5432 }),
            rows_rejected: z.int().nullable().openapi({ example: 0 }),
            loaded_at: z.string().nullable().openapi({ example: "2025-12-09T08:01:00Z" }),
            status: z.enum(["success", "failed", "pending", "deleted"]).openapi({ example: "success" }),
            error_message: z.string().nullable().openapi({ example: null }),
          }),
        ),
        total_files: z.int().openapi({ example: 1 }),
        files_on_disk: z.int().openapi({ example: 1 }),
        files_loaded: z.int().openapi({ example: 1 }),
      }),
    ),
    ...refused,
  },
});

csvFilesRouter.openapi(listRoute, async (c) =>
  c.json(await listSourceFiles(c.var.ctx, c.req.valid("param").source_name), 200),
);

const deleteRoute = defineRoute({
  method: "delete",
  path: "/sources/{source_name}/csv-files",
  summary: "Delete a CSV file and its rows",
  tags,
  access: write,
  audit: { entity_type: "csv_file", action: "delete", names: ["source_name", "file_path"] },
  request: {
    params,
    query: z.object({
      file_path: z
        .string()
        .min(1)
        .max(1024)
        .openapi({ description: "Whole path of the file", example: "/data/uploads/sales/sales_2024.csv" }),
    }),
  },
  responses: {
    200: jsonResponse(
      "It is gone; its rows go with the sync that follows",
      z.object({
        success: z.literal(true),
        message: z.string().openapi({ example: "File deleted: sales_2024.csv" }),
        file_path: path,
        source_name: z.string().openapi({ example: "sales_data" }),
        background_sync: z.literal(true),
      }),
    ),
    ...refused,
    403: errorResponse("A path outside the source's folder"),
  },
});

csvFilesRouter.openapi(deleteRoute, async (c) => {
  const { source_name } = c.req.valid("param");
  const file = await deleteSourceFile(c.var.ctx, source_name, c.req.valid("query").file_path);
  const message = `File deleted: ${file.filename}`;
  const deleted = { file_path: file.path, source_name, background_sync: true as const };
  return c.json({ success: true as const, message, ...deleted }, 200);
});

const rejectedRoute = defineRoute({
  method: "get",
  path: "/sources/{source_name}/rejected-rows",
  summary: "List rows of a source's files that could not be loaded",
  tags,
  access: read,
  request: {
    params,
    query: z.object({
      file_path: z
        .string()
        .min(1)
        .max(1024)
        .optional()
        .openapi({ description: "Only those of this file", example: "/data/uploads/sales/sales_2024.csv" }),
      limit: z.coerce.number().int().min(1).max(1000).default(100).openapi({ description: "Most rows", example: 100 }),
      offset: z.coerce.number().int().min(0).default(0).openapi({ description: "Rows before the first", example: 0 }),
    }),
  },
  responses: {
    200: jsonResponse(
      "By file and line; the first 100 of each file are kept, `csv-files` counts all",
      z.object({
        source_name: z.string().openapi({ example: "sales_data" }),
        rows: z.array(
          z.object({
            file_path: path,
            line: z.int().openapi({ description: "Counted from 1", example: 17 }),
            reason: z.string().openapi({ example: "has 3 fields instead of 4" }),
            content: z.string().openapi({ description: "The line, cut where it is long", example: "1,2,3" }),
          }),
        ),
        total: z.int().openapi({ description: "Rows that are kept", example: 1 }),
        limit: z.int().openapi({ example: 100 }),
        offset: z.int().openapi({ example: 0 }),
      }),
    ),
    ...refused,
  },
});

csvFilesRouter.openapi(rejectedRoute, async (c) => {
  const { file_path = null, ...page } = c.req.valid("query");
  return c.json(await listRejectedRows(c.var.ctx, c.req.valid("param").source_name, { file_path, ...page }), 200);
});
