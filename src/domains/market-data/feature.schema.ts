import { z } from "@hono/zod-openapi";
import { errorResponse } from "../../platform/http/errors.ts";

const text = z.string().trim().min(1).max(200).optional();

/** Filters by the series that features belong to. */
export const seriesFilterSchema = z.object({
  exchange: text.openapi({ description: "Id of the exchange", example: "BINANCE" }),
  symbol: text.openapi({ description: "Matched by letters and digits: `BTC/USDT` is `BTCUSDT`", example: "BTCUSDT" }),
  market: text.openapi({ description: "Market, in any spelling", example: "SPOT" }),
});

/** Filters of lists of features. */
export const featureFilterSchema = seriesFilterSchema.extend({
  feature_set: text.openapi({ description: "Name of the set", example: "rsi_indicators" }),
  version: text.openapi({ description: "Version, as it was uploaded", example: "1.0.0" }),
});

/** What answers show of a feature, whatever they call it. */
export const featureFields = {
  id: z.int().openapi({ example: 123 }),
  exchange: z.string().openapi({ example: "BINANCE" }),
  symbol: z.string().openapi({ example: "BTCUSDT" }),
  market: z.string().openapi({ example: "SPOT" }),
  feature_set: z.string().openapi({ description: "Name of the set", example: "rsi_indicators" }),
  version: z.string().openapi({ description: "Of the set", example: "1.0.0" }),
  path: z.string().openapi({
    description: "Place in the lake",
    example: "data/features/rsi_indicators/1.0.0/BINANCE/SPOT/BTCUSDT/features.parquet",
  }),
  size_bytes: z.int().openapi({ example: 1_024_000 }),
  checksum: z.string().openapi({
    description: "SHA-256 in hex",
    example: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  }),
  created_at: z.string().openapi({ description: "UTC", example: "2024-01-15T10:30:00" }),
};

/** The id in the path of a feature's routes. */
export const featureId = z
  .string()
  .regex(/^-?\d{1,15}$/, "must be an integer")
  .transform(Number)
  .openapi({ type: "integer", description: "Id of the feature", example: 123 });

/** How those routes document an id that they do not know. */
export const noFeature = { 404: errorResponse("No such feature; ids of market data are none") };
