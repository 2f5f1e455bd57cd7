import { z } from "@hono/zod-openapi";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { downloadStatus, startRequested } from "./download.ts";

export const downloadRequest = z
  .object({
    exchange: z.string().min(1).max(64).default("binance").openapi({ description: "Exchange id", example: "binance" }),
    symbol: z.string().min(1).max(64).openapi({ description: "Trading symbol, in any spelling", example: "BTCUSDT" }),
    market: z.string().min(1).max(32).default("spot").openapi({ description: "Market type", example: "spot" }),
    timeframe: z.string().min(1).max(8).default("1m").openapi({ description: "Length of a candle", example: "1m" }),
    data_type: z.enum(["raw", "funding", "both"]).default("raw").openapi({
      description: "Candles, the funding rates of a contract, or both",
      example: "raw",
    }),
    start_date: z.string().max(32).optional().openapi({ description: "First day, UTC", example: "2024-01-01" }),
    end_date: z
      .string()
      .max(32)
      .optional()
      .openapi({ description: "Last day, UTC, inclusive; now when absent", example: "2024-01-31" }),
    days: z
      .number()
      .int()
      .min(1)
      .max(20_000)
      .optional()
      .openapi({ description: "Days back from now, without `start_date`", example: 30 }),
    full_history: z.boolean().optional().openapi({
      description: "From the listing on, whatever `start_date` says; the default without start and days",
      example: false,
    }),
  })
  .openapi("DownloadRequest");

export const taskSchema = z
  .object({
    task_id: z.string().openapi({ example: "dl_BTCUSDT" }),
    status: z.literal("pending"),
    message: z.string().openapi({ example: "Queued download for BTCUSDT from binance" }),
    job_id: z.string().openapi({ example: "job_1705314600000123" }),
    funding_job_id: z.string().optional().openapi({
      description: "With `both`: the job that collects the funding rates",
      example: "job_1705314600000124",
    }),
  })
  .openapi("DownloadTask");

const statusSchema = z
  .record(
    z.string(),
    z.object({
      status: z.enum(["pending", "running", "completed", "failed"]),
      exchange: z.string(),
      market: z.string(),
      symbol: z.string(),
      data_type: z.string(),
      timeframe: z.string(),
      message: z.string(),
      start_time: z.string(),
      job_id: z.string(),
    }),
  )
  .openapi("DownloadStatus", {
    example: {
      "binance:spot:BTCUSDT:raw": {
        status: "running",
        exchange: "binance",
        market: "spot",
        symbol: "BTCUSDT",
        data_type: "raw",
        timeframe: "1m",
        message: "Fetched 5,000 candles...",
        start_time: "2024-01-15T10:30:00Z",
        job_id: "job_1705314600000123",
      },
    },
  });

export const downloadRouter = createRouter();

const downloadRoute = defineRoute({
  method: "post",
  path: "/ingest/download",
  summary: "Download candles or funding rates of one symbol",
  description: "One download a series is live at a time: a second request is answered with the live one's `job_id`.",
  tags: ["Ingestion"],
  access: { domain: "market-data", action: "write" },
  idempotent: true,
  request: { body: { content: { "application/json": { schema: downloadRequest } } } },
  responses: {
    200: { description: "The download is queued", content: { "application/json": { schema: taskSchema } } },
  },
});

downloadRouter.openapi(downloadRoute, async (c) => {
  const params = c.req.valid("json");
  const [job, funding] = await startRequested(c.var.ctx, params);
  const message = `Queued download for ${params.symbol} from ${params.exchange}`;
  return c.json(
    {
      task_id: `dl_${params.symbol}`,
      status: "pending" as const,
      message,
      job_id: job?.id ?? "",
      ...(funding ? { funding_job_id: funding.id } : {}),
    },
    200,
  );
});

const statusRoute = defineRoute({
  method: "get",
  path: "/ingest/status",
  summary: "Show downloads that are live or ended in the last 24 hours",
  tags: ["Ingestion"],
  access: { domain: "market-data", action: "read" },
  responses: {
    200: { description: "Downloads by series", content: { "application/json": { schema: statusSchema } } },
  },
});

downloadRouter.openapi(statusRoute, async (c) => c.json(await downloadStatus(c.var.ctx), 200));
