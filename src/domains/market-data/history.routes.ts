import { z } from "@hono/zod-openapi";
import { createRouter, defineRoute } from "../../platform/http/router.ts";
import { deleteHistory } from "./history.ts";

const text = z.string().trim().min(1).max(128);

const historyRoute = defineRoute({
  method: "delete",
  path: "/ingest/exchanges/{exchange_id}/markets/{market_id}/history",
  summary: "Delete the history of a symbol",
  description:
    "Removes files and coverage of the symbol's raw, agg, ticks and alt data on this market; live downloads of it are " +
    "cancelled first. Features go only when `data_type` names their set.",
  tags: ["Ingestion"],
  access: { domain: "market-data", action: "write" },
  audit: { entity_type: "history", action: "delete", names: ["exchange_id", "market_id", "symbol", "data_type"] },
  request: {
    params: z.object({
      exchange_id: text.openapi({ description: "Id of the exchange", example: "binance" }),
      market_id: text.openapi({ description: "Market, in any spelling", example: "spot" }),
    }),
    query: z.object({
      symbol: text.openapi({ description: "Symbol, in any spelling", example: "BTCUSDT" }),
      data_type: text.optional().openapi({ description: "One type, or the name of a feature set", example: "raw" }),
    }),
  },
  responses: {
    200: {
      description: "What was deleted; zeros when there was nothing",
      content: {
        "application/json": {
          schema: z
            .object({
              status: z.literal("success"),
              deleted_entries: z.int().openapi({ example: 12 }),
              deleted_files: z.int().openapi({ example: 12 }),
              message: z.string().openapi({ example: "Deleted 12 entries and 12 files for BTCUSDT" }),
            })
            .openapi("DeletedHistory"),
        },
      },
    },
  },
});

export const historyRouter = createRouter();

historyRouter.openapi(historyRoute, async (c) => {
  const { symbol, data_type } = c.req.valid("query");
  const deleted = await deleteHistory(c.var.ctx, { ...c.req.valid("param"), symbol, data_type });
  const message = `Deleted ${deleted.deleted_entries} entries and ${deleted.deleted_files} files for ${symbol}`;
  return c.json({ status: "success" as const, ...deleted, message }, 200);
});
