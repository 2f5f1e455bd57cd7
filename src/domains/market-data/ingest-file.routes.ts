import { z } from "@hono/zod-openapi";
import { errorBodySchema } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { ingestFile } from "./ingest-file.ts";
import { fileDescription, fileRequest } from "./ingest-file-params.ts";

const badRow = z.object({
  line: z.int().openapi({ description: "Counted from 1", example: 17 }),
  reason: z.string().openapi({ example: 'close: "n/a" is no number' }),
});

const answerSchema = z
  .object({
    task_id: z.literal("ingest"),
    status: z
      .enum(["completed", "pending"])
      .openapi({ description: "`pending`: a job reads it", example: "completed" }),
    message: z.string().openapi({ example: "Ingested 1440 rows of BTCUSDT from BINANCE into 1 file" }),
    job_id: z.string().openapi({ example: "job_1705314600000123" }),
    rows: z.int().openapi({ description: "Good rows of the file", example: 1440 }),
    bad_row_count: z.int().openapi({ description: "Rows left out", example: 0 }),
    bad_rows: z.array(badRow).openapi({ description: "The first 100 of them", example: [] }),
    files: z.array(z.string()).openapi({
      description: "Files of the lake that now hold the rows",
      example: ["data/BINANCE/SPOT/BTCUSDT/raw/1m/2024/01/BTCUSDT_1m_202401.parquet"],
    }),
  })
  .openapi("IngestAnswer");

/** Described only: the verb reads the body itself, since a form streams into the lake. */
const described = (schema: z.ZodObject, extra: Record<string, object> = {}) => {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: "input" });
  return { ...json, properties: { ...extra, ...json.properties } } as object;
};

const errorBody = { "application/json": { schema: errorBodySchema } };

const ingestRoute = defineRoute({
  method: "post",
  path: "/ingest/file",
  summary: "Import a CSV file",
  description:
    "A form with the CSV as `file`, or JSON naming a file of the lake. The CSV has a header with `ts`, or six columns: " +
    "ts, open, high, low, close, volume. Times are ms, seconds, microseconds or ISO 8601, the same in the whole file. " +
    "Rows may come in any order; the last one of a `ts` wins. Files above 8 MiB are read by a job.",
  tags: ["Ingestion"],
  access: { domain: "market-data", action: "write" },
  quota: "jobs",
  upload: true,
  request: {
    body: {
      required: false,
      content: {
        "multipart/form-data": { schema: described(fileDescription, { file: { type: "string", format: "binary" } }) },
        "application/json": { schema: described(fileRequest) },
      },
    },
  },
  responses: {
    200: { description: "The file is read, or will be", content: { "application/json": { schema: answerSchema } } },
    400: { description: "Source file not found", content: errorBody },
    409: { description: "A download or another file of the same series is being worked on", content: errorBody },
    413: { description: "The form is larger than 1 GiB", content: errorBody },
  },
});

export const ingestFileRouter = createRouter();

ingestFileRouter.openapi(ingestRoute, async (c) => {
  const answer = await ingestFile(c.var.ctx, c.req.raw);
  return c.json({ task_id: "ingest" as const, ...answer }, 200);
});
