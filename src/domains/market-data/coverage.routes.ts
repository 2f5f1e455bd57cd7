import { z } from "@hono/zod-openapi";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { pageCoverage, repairCoverage } from "./coverage.ts";

const text = z.string().trim().min(1).max(64).optional();

const filterSchema = z.object({
  exchange: text.openapi({ description: "Id of the exchange, in any case", example: "binance" }),
  symbol: text.openapi({ description: "Matched by letters and digits: `BTC/USDT` is `BTCUSDT`", example: "BTCUSDT" }),
  market: text.openapi({ description: "Market, in any spelling", example: "spot" }),
  data_type: text.openapi({ description: "`raw`, `agg`, `ticks` or `alt`", example: "raw" }),
  timeframe: text.openapi({ description: "Length of a candle, or `funding`", example: "1m" }),
});

const time = (description: string, example: string) => z.string().openapi({ description, example });

const seriesSchema = z
  .object({
    series_id: z.int().openapi({ example: 1 }),
    exchange: z.string().openapi({ example: "BINANCE" }),
    market: z.string().openapi({ example: "SPOT" }),
    symbol: z.string().openapi({ example: "BTCUSDT" }),
    unified_symbol: z.string().openapi({ example: "BTC/USDT" }),
    data_type: z.string().openapi({ example: "raw" }),
    timeframe: z.string().openapi({ example: "1m" }),
    listed_at: time("First row that the exchange has, once known", "2017-08-17T04:00:00Z").nullable(),
    first: time("First row in the lake", "2024-01-01T00:00:00Z").nullable(),
    last: time("Last row in the lake", "2024-01-31T23:59:00Z").nullable(),
    intervals: z.array(z.object({ from: z.string(), to: z.string() })).openapi({
      description: "What has been collected; `to` is exclusive",
      example: [{ from: "2024-01-01T00:00:00Z", to: "2024-02-01T00:00:00Z" }],
    }),
    gaps: z.array(z.object({ from: z.string(), to: z.string(), state: z.enum(["missing", "no_trades"]) })).openapi({
      description: "Stretches of it without rows, the first thousand; `no_trades` once they were asked for again",
      example: [{ from: "2024-01-03T05:00:00Z", to: "2024-01-03T06:00:00Z", state: "no_trades" }],
    }),
    gap_count: z.int().openapi({ example: 1 }),
  })
  .openapi("SeriesCoverage");

const repairedSchema = z.object({
  status: z.literal("pending"),
  message: z.string().openapi({ example: "Queued 1 repairs" }),
  repairs: z.array(
    z.object({
      series_id: z.int().openapi({ example: 1 }),
      job_id: z.string().openapi({ example: "job_1705314600000123" }),
      joined: z.boolean().openapi({ description: "A download of the series was live already", example: false }),
    }),
  ),
});

const tags = ["Coverage"];

export const coverageRouter = createRouter();

const listRoute = defineRoute({
  method: "get",
  path: "/coverage",
  summary: "Show what of each series has been collected and what is missing",
  tags,
  access: { domain: "market-data", action: "read" },
  request: {
    query: filterSchema.extend({
      limit: z.coerce.number().int().min(1).max(100).default(20).openapi({ description: "Series a page", example: 20 }),
      offset: z.coerce.number().int().min(0).default(0).openapi({ description: "Series to skip", example: 0 }),
    }),
  },
  responses: {
    200: {
      description: "A page of series, by id",
      content: {
        "application/json": {
          schema: z.object({ series: z.array(seriesSchema), total: z.int().openapi({ example: 1 }) }),
        },
      },
    },
  },
});

coverageRouter.openapi(listRoute, async (c) => {
  const { limit, offset, ...filter } = c.req.valid("query");
  return c.json(await pageCoverage(c.var.ctx, filter, { limit, offset }), 200);
});

const repairRoute = defineRoute({
  method: "post",
  path: "/coverage/repair",
  summary: "Ask exchanges again for what is missing in series",
  description: "One job a series, for holes between collected stretches and for gaps, those without trades too.",
  tags,
  access: { domain: "market-data", action: "write" },
  idempotent: true,
  request: {
    body: {
      content: {
        "application/json": {
          schema: filterSchema.extend({
            series_ids: z
              .array(z.int().positive())
              .min(1)
              .max(1000)
              .optional()
              .openapi({
                description: "Only these series",
                example: [1],
              }),
          }),
        },
      },
    },
  },
  responses: {
    200: { description: "The repairs are queued", content: { "application/json": { schema: repairedSchema } } },
  },
});

coverageRouter.openapi(repairRoute, async (c) => {
  const repairs = await repairCoverage(c.var.ctx, c.req.valid("json"));
  return c.json({ status: "pending" as const, message: `Queued ${repairs.length} repairs`, repairs }, 200);
});
