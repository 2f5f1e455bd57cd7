import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { AGGREGATES } from "./aggregate.job.ts";
import { startAggregate } from "./aggregate.ts";

const aggregateRequest = z
  .object({
    exchange: z.string().min(1).max(64).openapi({ description: "Exchange id", example: "binance" }),
    symbol: z.string().min(1).max(64).openapi({ description: "Symbol, in any spelling", example: "BTCUSDT" }),
    market: z.string().min(1).max(32).default("spot").openapi({ description: "Market type", example: "spot" }),
    timeframes: z
      .array(z.enum(AGGREGATES))
      .min(1)
      .optional()
      .openapi({ description: "Lengths of the candles; all of them when absent", example: ["1h", "1d"] }),
  })
  .openapi("AggregateRequest");

const aggregateTask = z
  .object({
    task_id: z.string().openapi({ example: "agg_BTCUSDT" }),
    status: z.literal("pending"),
    message: z.string().openapi({ example: "Queued aggregation for BTCUSDT from binance" }),
    job_id: z.string().openapi({ example: "job_1705314600000123" }),
  })
  .openapi("AggregateTask");

export const aggregateRouter = createRouter();

const aggregateRoute = defineRoute({
  method: "post",
  path: "/ingest/aggregate",
  summary: "Make longer candles from the minutes of a symbol",
  description: "Stored as `agg`; a candle is made once every minute of it has been collected.",
  tags: ["Ingestion"],
  access: { domain: "market-data", action: "write" },
  idempotent: true,
  request: { body: { content: { "application/json": { schema: aggregateRequest } } } },
  responses: {
    200: { description: "The aggregation is queued", content: { "application/json": { schema: aggregateTask } } },
    404: errorResponse("There are no minutes of the symbol"),
  },
});

aggregateRouter.openapi(aggregateRoute, async (c) => {
  const input = c.req.valid("json");
  const job = await startAggregate(c.var.ctx, input);
  const message = `Queued aggregation for ${input.symbol} from ${input.exchange}`;
  return c.json({ task_id: `agg_${input.symbol}`, status: "pending" as const, message, job_id: job.id }, 200);
});
