import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { jsonResponse } from "../../platform/http/json.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { fileHeadersSchema, fileRequest, fileResponses } from "../../platform/storage/file-request.schema.ts";
import { streamObject } from "../../platform/storage/stream-object.ts";
import { listReports, removeReport, requireReport, uploadReport } from "./own-reports.ts";

const tags = ["Bank reports"];

/** A person's reports as their banks gave them. */
export const reportsRouter = createRouter();

const reportSchema = z
  .object({
    id: z.string().openapi({ example: "0b0e3c1e-6f5c-4a57-9a37-2f0f0a3f6f11" }),
    bank: z.string().nullable().openapi({ description: "Null for an upload", example: "demo-bank" }),
    report: z.string().openapi({ example: "statement" }),
    filename: z.string().openapi({ example: "statement-2025-01.xml" }),
    format: z.enum(["xls", "xlsx", "csv", "html", "ofx", "qif", "camt053", "mt940"]).openapi({ example: "camt053" }),
    size_bytes: z.int().openapi({ example: 20_480 }),
    files: z
      .array(z.string())
      .openapi({ description: "The data files that have its rows", example: ["statement.parquet"] }),
    rows: z.int().openapi({ example: 42 }),
    new_rows: z.int().openapi({ description: "Rows that no earlier report had", example: 7 }),
    balances: z
      .array(
        z.object({
          account: z.string().openapi({ example: "HU42117730161111101800000000" }),
          currency: z.string().nullable().openapi({ example: "HUF" }),
          opening: z.string().openapi({ example: "1000.00" }),
          closing: z.string().openapi({ example: "750.50" }),
          sum: z.string().openapi({ description: "Of all bookings", example: "-249.50" }),
          matches: z
            .boolean()
            .openapi({ description: "Whether opening and sum are the closing balance", example: true }),
        }),
      )
      .openapi({ description: "Empty for a report that has none" }),
    balances_match: z
      .boolean()
      .nullable()
      .openapi({ description: "Whether all balances match; null without one", example: true }),
    origin: z.string().openapi({ description: "Id of the run that collected it, or `upload`", example: "upload" }),
    received_ms: z.int().openapi({ example: 1_704_153_600_000 }),
  })
  .openapi("BankReport");

const params = z.object({
  id: z.string().openapi({ description: "Id of the report", param: { in: "path", name: "id" }, example: "0b0e3c1e" }),
});

const unknownReport = errorResponse("No such report: `REPORT_NOT_FOUND`");

const uploadRoute = defineRoute({
  method: "post",
  path: "/data/reports",
  summary: "Upload a bank's report",
  description:
    "Excel, HTML, CSV, OFX, QFX, QIF, CAMT.053 or MT940, told by its content. Rows that are not there yet go into the data file of the report's name.",
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
            properties: {
              file: { type: "string", format: "binary", description: "The report, 10 MiB at most" },
              report: {
                type: "string",
                description: "Letters, digits, `-` and `_`; else the file's name",
                example: "statement",
              },
            },
          },
        },
      },
    },
  },
  responses: {
    200: jsonResponse("The same content is there already", reportSchema),
    201: jsonResponse("Stored", reportSchema),
    400: errorResponse("The report cannot be read: `UNREADABLE_REPORT`"),
    409: errorResponse("A file that is not of reports has the name: `FILE_EXISTS`"),
    413: errorResponse("Too large: `REPORT_TOO_LARGE`, or more than one's quota: `QUOTA_EXCEEDED`"),
  },
});

reportsRouter.openapi(uploadRoute, async (c) => {
  const { is_new, report } = await uploadReport(c.var.ctx, c.req.raw);
  return c.json(report, is_new ? 201 : 200);
});

const listRoute = defineRoute({
  method: "get",
  path: "/data/reports",
  summary: "List one's own reports",
  tags,
  access: "account",
  request: {
    query: z.object({
      offset: z.coerce.number().int().min(0).default(0).openapi({ description: "Reports to leave out", example: 0 }),
      limit: z.coerce.number().int().min(1).max(500).default(50).openapi({ description: "At most", example: 50 }),
    }),
  },
  responses: {
    200: jsonResponse(
      "A page of reports, newest first",
      z.object({ reports: z.array(reportSchema), total_count: z.int().openapi({ example: 3 }) }),
    ),
  },
});

reportsRouter.openapi(listRoute, async (c) => c.json(await listReports(c.var.ctx, c.req.valid("query")), 200));

const downloadRoute = defineRoute({
  method: "get",
  path: "/data/reports/{id}/download",
  summary: "Download a report as the bank gave it",
  tags,
  access: "account",
  request: { params, headers: fileHeadersSchema },
  responses: { ...fileResponses("application/octet-stream"), 404: unknownReport },
});

reportsRouter.openapi(downloadRoute, async (c) => {
  const {
    object_key: key,
    received_at: modified_at,
    ...file
  } = await requireReport(c.var.ctx, c.req.valid("param").id);
  return streamObject(c.var.ctx.lake, { key, modified_at, ...file }, fileRequest(c.req.valid("header")));
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/data/reports/{id}",
  summary: "Delete the original of a report",
  description: "Its rows stay in the data files.",
  tags,
  access: "account",
  audit: { entity_type: "bank_report", action: "delete" },
  request: { params },
  responses: { 204: { description: "Deleted" }, 404: unknownReport },
});

reportsRouter.openapi(deleteRoute, async (c) => {
  await removeReport(c.var.ctx, c.req.valid("param").id);
  return c.body(null, 204);
});
