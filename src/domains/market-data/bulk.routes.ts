import { z } from "@hono/zod-openapi";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { startBulkDownload } from "./bulk.ts";
import { downloadRequest, taskSchema } from "./download.routes.ts";

const MOST_SYMBOLS = 1000;

const bulkRequest = downloadRequest
  .omit({ symbol: true })
  .extend({
    symbols: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(MOST_SYMBOLS)
      .openapi({ description: "Trading symbols, in any spelling", example: ["BTCUSDT", "ETHUSDT"] }),
  })
  .openapi("BulkDownloadRequest");

const bulkTask = taskSchema
  .omit({ job_id: true, funding_job_id: true })
  .extend({
    task_id: z.literal("bulk_dl"),
    message: z.string().openapi({ example: "Queued 2 downloads from binance" }),
    job_ids: z
      .array(z.string())
      .openapi({ description: "A job for each series", example: ["job_1705314600000123", "job_1705314600001456"] }),
  })
  .openapi("BulkDownloadTask");

export const bulkRouter = createRouter();

const bulkRoute = defineRoute({
  method: "post",
  path: "/ingest/bulk-download",
  summary: "Download many symbols of a market",
  description:
    "One job a symbol; at most five of an exchange and twenty in all run at once, the others wait as `pending`.",
  tags: ["Ingestion"],
  access: { domain: "market-data", action: "write" },
  idempotent: true,
  request: { body: { content: { "application/json": { schema: bulkRequest } } } },
  responses: {
    200: { description: "The downloads are queued", content: { "application/json": { schema: bulkTask } } },
  },
});

bulkRouter.openapi(bulkRoute, async (c) => {
  const request = c.req.valid("json");
  const symbols = [...new Set(request.symbols)];
  const jobs = await startBulkDownload(c.var.ctx, { ...request, symbols });
  const message = `Queued ${symbols.length} downloads from ${request.exchange}`;
  return c.json(
    { task_id: "bulk_dl" as const, status: "pending" as const, message, job_ids: jobs.map(({ id }) => id) },
    200,
  );
});
