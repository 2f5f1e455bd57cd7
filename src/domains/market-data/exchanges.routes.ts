import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { listExchanges, listMarkets, listSymbols } from "./exchanges.ts";

export const exchangesRouter = createRouter();

const tags = ["Exchanges"];
const access = { domain: "market-data", action: "read" } as const;

const exchangeParams = z.object({
  exchange_id: z.string().min(1).max(64).openapi({ description: "Exchange id, as ccxt writes it", example: "binance" }),
});

const listResponse = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});

const upstreamResponses = {
  404: errorResponse("Unknown exchange"),
  429: errorResponse("The exchange limits the rate of requests"),
  502: errorResponse("The exchange did not answer, answered wrongly or refuses our region"),
  503: errorResponse("The exchange failed repeatedly and is left alone for a while"),
};

const exchangesSchema = z
  .object({ exchanges: z.array(z.object({ id: z.string(), name: z.string() })) })
  .openapi("Exchanges", {
    example: {
      exchanges: [
        { id: "binance", name: "Binance" },
        { id: "bybit", name: "Bybit" },
      ],
    },
  });

const listRoute = defineRoute({
  method: "get",
  path: "/ingest/exchanges",
  summary: "List the exchanges that candles can be downloaded from",
  tags,
  access,
  responses: { 200: listResponse("Every exchange, by id", exchangesSchema) },
});

exchangesRouter.openapi(listRoute, (c) => c.json({ exchanges: listExchanges() }, 200));

const marketsSchema = z
  .object({ markets: z.array(z.object({ id: z.string(), name: z.string() })) })
  .openapi("ExchangeMarkets", {
    example: {
      markets: [
        { id: "spot", name: "Spot" },
        { id: "swap", name: "Swap" },
      ],
    },
  });

const marketsRoute = defineRoute({
  method: "get",
  path: "/ingest/exchanges/{exchange_id}/markets",
  summary: "List the market types of an exchange",
  tags,
  access,
  request: { params: exchangeParams },
  responses: { 200: listResponse("Its market types, by id", marketsSchema), ...upstreamResponses },
});

exchangesRouter.openapi(marketsRoute, async (c) => {
  const { exchange_id } = c.req.valid("param");
  return c.json({ markets: await listMarkets(c.var.ctx, exchange_id) }, 200);
});

const symbolsSchema = z
  .object({ symbols: z.array(z.string()) })
  .openapi("ExchangeSymbols", { example: { symbols: ["BTC/USDT", "ETH/USDT"] } });

const symbolsQuery = z.object({
  market: z.string().min(1).max(32).default("spot").openapi({
    description: "Market type in any spelling; `linear` and `inverse` are the swaps settled in quote and in base",
    example: "spot",
  }),
});

const symbolsRoute = defineRoute({
  method: "get",
  path: "/ingest/exchanges/{exchange_id}/symbols",
  summary: "List the symbols that trade on a market of an exchange",
  tags,
  access,
  request: { params: exchangeParams, query: symbolsQuery },
  responses: { 200: listResponse("Unified symbols, sorted", symbolsSchema), ...upstreamResponses },
});

exchangesRouter.openapi(symbolsRoute, async (c) => {
  const { exchange_id } = c.req.valid("param");
  const { market } = c.req.valid("query");
  return c.json({ symbols: await listSymbols(c.var.ctx, exchange_id, market) }, 200);
});
